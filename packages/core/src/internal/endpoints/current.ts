/** Written by scripts/endpoints.mjs from test/fixtures/facts/endpoints.json. */

/** @internal */
export const current = `cn-shanghai cn-hangzhou ap-southeast-1 cn-beijing cn-shenzhen cn-hongkong eu-central-1 cn-zhangjiakou us-east-1 ap-southeast-5 us-west-1 ap-northeast-1 ap-southeast-3 cn-chengdu cn-shanghai-finance-1 cn-qingdao cn-wulanchabu eu-west-1 cn-huhehaote cn-shenzhen-finance-1 me-east-1 cn-guangzhou ap-southeast-2 ap-south-1 cn-hangzhou-finance cn-beijing-finance-1 me-central-1 cn-heyuan ap-northeast-2 ap-southeast-7 ap-southeast-6 cn-north-2-gov-1 cn-nanjing cn-fuzhou cn-zhengzhou-jva na-south-1 cn-wuhan-lr cn-heyuan-acdr-1 us-southeast-1 public ap-southeast-8 cn-zhongwei mq-internet-access cn-shanghai-finance cn-shenzhen-finance
acc *@ 3i9z8x8f / *-vpc@ 3i9z8x8f
accountcenter *@ 2 *-intl% 4
acm *@ zvdvy7 / *-vpc@ zleakf
actiontrail: *@ j6e4fzz / *-vpc@ j6e4fzz
adb:ads *@ ho7ihh8 *% tys5f / *-vpc@ hp1h3b3
adbai *@ r
adcp: *@ 3c6rwf / *-vpc@ 27x5tr
address-purification *@ 2 / *-vpc@ 2
advisor *@ 2
agency *% 2 *@ 4 / *-vpc@ 2
agentexplorer *% 70jyf0u8
agentrun *@ v / *-vpc@ v
ahas-openapi ahas@ 73 / ahas-vpc@ 67
aiccs *% 10drrb3
aigen *@ 1 / *-vpc@ 1
aimath *% 70jyf0u8
aimiaobi *@ 8 / *-vpc@ 8
aipodcast *@ 8 / *-vpc@ 8
airec *@ 7z / *-vpc@ 7y
aiworkspace *@ 3yhyed1b / *-vpc@ hzlv8epr
alb: *@ 6zk5ps73 *.cn-hangzhou% 9zlds / *-vpc@ 6zk5ps73
alidns:^*% *% 70jyf0u8
alikafka: *@ g9v6nlr / *-vpc@ g9v6nlr
alimt mt% 10klkah mt@ 13ydja *@ mh34 / mt-vpc@ 13ydjh mt-inner.vpc-proxy% 3m
amqp-open: *@ 8ogs6in / *-vpc@ 8ogs6in
antiddos-public antiddos-openapi@ oh5uio antiddos% 102vj9b antiddos-openapi.cn-hangzhou-cloudstone% 1z141z4 / antiddos-openapi-vpc@ 2j2h3or
anytrans *@ 8 / *-vpc@ 8
apig^*.cn-hangzhou% *@ yj48ov / *-vpc@ 1esf
appflow *@ 2 / *-vpc@ 2
appstream-center *@ 5 / *.vpc-proxy% 5
arms *@ 20020c8v *% klnuo / *-vpc@ 200lzi7z
avatar *@ 3k
baas *.ap-southeast-1% 7kktc *% 6bo9 *@ zik0zq
bailian *@ c / *-vpc@ c
bdrc *@ cn9 / *-vpc@ cn9
bpstudio *@ 6 / *-vpc@ 6
brain-industrial *@ 2 / *-vpc@ 2
bssopenapi: business% ui9x7 business.ap-southeast-1% 4lir7k business@ 4 / business-vpc@ b8ki business.vpc-proxy% 9 business-intl.vpc-proxy% 4
cams *@ 4
captcha *@ 1 / *-vpc@ 1
carbonfootprint *% 2
cas: *@ 84bc4 *% 2 / *-vpc@ 36u
cassandra *% 10l81rz
cbn: *% hdnxwxr / cen.vpc-proxy% hdnxwxr
cc5g *% 1gumz / *-vpc@ 2
ccc: *@ 3 / *-vpc@ 1
cddc *% 2892kf *@ 8cx4w
cdn^*% *% zt1pkr *.ap-southeast-1% 875fk *@ 4 / *.vpc-proxy% bl6p
cgcs *@ 2 / *-vpc@ 2
chatbot:beebot *@ x / *-vpc@ x
clickhouse:^*% *@ j48s1g *% 10di0i3 / *-vpc@ j6xp8f
cloud-siem^*.cn-shanghai% *@ 5 / *-vpc@ 5
cloudapi:apigateway apigateway@ 1t3t845b / apigateway-vpc@ 1so88wsf
cloudauth: *% 10185pz *@ pag / *-vpc@ 8xl
cloudauth-intl *@ 3l0 / *-vpc@ 3l0
cloudcontrol *.ap-southeast-1% wew1uo *% 5zcprq3 *@ 4 / *-vpc@ 4
cloudesl *% 10l81rx *@ 2 / *-vpc@ 12
cloudfw^*% *% 12mxgjf *@ 4 / *.vpc-proxy% 19au3 *-intl.vpc-proxy% 10
cloudphone *@ 27 / *-vpc@ 27
cloudsso: *@ 4ftizp / *-vpc@ 4ftizp
cms: metrics@ 6zkfuzun / metrics-vpc@ 6zkfuzun
cms-export *@ 1 / *-vpc@ 1
companyreg *% 10l9gcf / *-vpc@ 4
composer *@ 7b / *-vpc@ 7b
computenest: *@ 6 / *-vpc@ 6
computenestsupplier: *@ 6 / *-vpc@ 6
config: *@ 5 / *-vpc@ 5
contactcenterai *@ 1 / *-vpc@ 1
cr:acr *@ 6zkfuzun / *-vpc@ 6zi7r7y7
cs: *@ 6z2okzcv / *-anony-vpc@ 6z2okzcv
csas^*% *% 70jyf0ua / *-vpc@ 2
das *@ 1 *% zik0zk / *.vpc-proxy% 1
dataanalysisgbi *@ 8 / *-vpc@ 8
datahub *@ 13zvun *% 4ztog / *-vpc@ 13zvun
datalake dlf@ db / *-vpc@ 67 dlf-vpc@ 74
dataphin-public *@ 6cb / *-vpc@ 6cb
dataworks-public^dataworks.cn-hangzhou% dataworks@ 5kui9r dataworks% a5wxs / dataworks-vpc@ 5kui9r
dbfs *@ 5sqn / *-vpc@ 5sqn
dbs:cbs^*-api.cn-hangzhou% *-api@ 2s1xi *-api.cn-hangzhou% abwvt / *-api-vpc@ mh33
dcdn:^*% *% 10l81rz
ddi *@ 8dmn4 *% 12kskrj / *-vpc@ 9ic
ddosbgp *% zt1pjv *.ap-southeast-1% pfeo *@ 10k / *-vpc@ 10m
ddoscoo: *@ 6 / *.vpc-proxy% 2 *-intl.vpc-proxy% 4
ddosdiversion *@ w
dds:^mongodb% mongodb@ 1aaq7jek mongodb% 2hxr0j / mongodb-vpc@ 1ab074sf
devops *@ 2 / *-vpc@ 2
devs *@ tb / *-vpc@ tb
dfs *@ 27wxov / *-vpc@ 27wxov
dianjin *@ 8 / *-vpc@ 8
dlfnext *@ 1hmn / *-vpc@ 1hmn
dm^*% *% q4b *@ 2hwlg / *-vpc@ 92
dms *@ 1r / *-vpc@ 1r
dms-dg: *@ 2rdof / *-vpc@ 2rdof
dms-enterprise:dmsenterprise *@ 3durj / *-vpc@ 3durj
documentautoml *@ 8 / *-vpc@ 8
documentparseservice *@ 2 / *-vpc@ 2
domain^*% *% 2 *-intl% 4
drds^*% *@ zj1y2n *.ap-southeast-1% 8758g *% tyygw / *-vpc@ 1018v0f
dts: *@ scu7z *.cn-hangzhou% ab6kg *% zilfk0 / *-vpc@ 10b9uyn
dyplsapi *% 10dqcqn
dypnsapi *% ztr5z3
dypnsapi-intl *@ 4 / *-vpc@ 4
dysmsapi *% 10d0wc2 *@ g4 / *-xman-vpc@ g0 *-xman.vpc-proxy% 10
dytnsapi *% v7qbj / *-vpc@ g5
dyvmsapi *% 10dqcqn / *.vpc-proxy% 1
dyvmsapi-intl *@ 4 / *-vpc@ 4
eais^*.cn-hangzhou% *@ 6cb / *-vpc@ 6cb
eas^pai-*.cn-hangzhou% pai-*@ 3ipkiayn / pai-*-manage-vpc@ 19m2eytj3
easygene *@ r / *-vpc@ r
ebs^*.cn-hangzhou% *@ 58fb9fy7 / *-vpc@ 58fb9fy7
ecd *@ 2r3zzsv / *-shenzhen-center.vpc-proxy% 20566t6 *.vpc-proxy% qo7qis *-vpc@ am2gw *-intl.vpc-proxy% 1
eci *@ 9e0z3utj3 *.cn-shenzhen-finance% b8jk *.cn-shanghai-finance% cn4 / *-vpc@ 1acy5p1b
ecs: *@ z1rzjhtr *% 9zlds / *-vpc@ 1d3vexkhr
ecs-workbench *@ e / *-vpc@ e
edas:^*% *@ ziks8v *.ap-northeast-1% 5p79c *% ug5xc / *-vpc@ 102vrb3
eds-aic *@ 5 / *-vpc@ 5
eds-user *@ 5 / *-vpc@ 5
eduinterpreting *% 70jyf0u8
edututor *@ 2 / *-vpc@ 2
eflo^*.cn-wulanchabu% *@ 2973zz *-controller-share@ cn4 *-controller@ 8vn08w / *-vpc@ b4t2bj *-tianwen-vpc@ 1ekg
eflo-cnp^*.cn-wulanchabu% *@ 27y5mo / *-vpc@ 27y5mo
eflo-controller^*.cn-wulanchabu% *@ b4zqfz / *-vpc@ b4zqfz
ehpc: *@ vmuawvz / *-vpc@ vmtofsv
ehpcinstant:EhpcInstant *@ 6p0xhb / *-vpc@ 6p0xhb
eiam: *@ 4ftili / *-eu.vpc-proxy% 1s *-hk.vpc-proxy% w *-cn.vpc-proxy% 2 *-jk.vpc-proxy% e8 *-sg.vpc-proxy% 4 *-sel.vpc-proxy% 4fti4g
eiam-developerapi *@ 4ftili / *-eu.vpc-proxy% 1s *-hk.vpc-proxy% w *-cn.vpc-proxy% 2 *-jk.vpc-proxy% e8 *-sg.vpc-proxy% 4 *-sel.vpc-proxy% 4fti4g
eipanycast *@ 2
elasticsearch: *@ 101fvun / *-vpc@ 101fvun
emas-appmonitor *@ 1
emr: *@ 1r64hudb / *-vpc@ 1r64hudb
emr-serverless-spark *@ fs8y3un / *-vpc@ fs8y3un
emrstudio *@ agv / *-vpc@ agv
energyexpertexternal: *@ 6 / *-vpc@ 6
ens: *% 27yc23 *@ 4 / *-vpc@ 3o *.vpc-proxy% 1
es-serverless *@ r / *-vpc@ r
esa^*.cn-hangzhou% *@ 6 / *-vpc@ 6
ess: *@ yzse3ylg *% 2zdz5ln / *-vpc@ z2qy4c1r
eventbridge *-console@ y1hon3 / *-console-vpc@ xwhvy7
expressconnectrouter^*.cn-shanghai% *.cn-shanghai% 31hpna4e *@ 1 / *.vpc-proxy% 12g1aixr
facebody: *@ 1 / *-vpc@ 1
farui *@ 8
fc *v3@ dj93b3 #.*% 1r6dk2rk
fc-open fc@ dj7oqn account-id.#.fc% 9zlds / fc-vpc@ dj7oqn
fnf: #.*% q3j
foasconsole^*% *@ gohr *% zik0zk / *-vpc@ ctds *.vpc-proxy% 35tr
ga *@ 2 / *-vpc@ 2
gemp *@ 1 / *-vpc@ 1
goodstech: *@ 1 / *-vpc@ 1
governance *@ cp2 / *-vpc@ cp2
gpdb:^*% *@ enru1w *% uadcr / *-vpc@ eo3f9b
green:^*-cip.cn-beijing% *-cip@ t / *-cip-vpc@ t
gwlb: *@ 1jcv / *-vpc@ 1jcv
gws *@ 7r37j ecd@ 9zlds *.ap-northeast-3% 35s / *-vpc@ 7r6db
hbase: *@ 1cbbp0 *% vk0sr / *-vpc@ 1nw5q7
hbr: *@ zik0zj / *-vpc@ zik0zj
hcs-mgw #.mgw% 1mrj / #.mgw-internal% 1mrj
hdr *@ 3l
hitsdb *@ 100nshr / *-vpc@ zt63gf
hologram: *@ 5bk73 / *-vpc@ 5bk73
hsm *% 3mt1rz / *.vpc-proxy% 3c6zb3
httpdns^*-api% *-api% 2 *@ 4 / *-vpc@ 4
iacservice iac@ 3k / iac.vpc-proxy% 3k
ice *@ tb / *-vpc@ tb
idaas-doraemon *% 10l9gcf / *-vpc@ 8
idrsservice *% 10l93p9 *@ cn6 / *-vpc@ cn4
imageaudit: *@ 1 / *-vpc@ 1
imageenhan: *@ 1 / *-vpc@ 1
imageprocess *@ 1 / *-vpc@ 1
imagerecog: *@ 1 / *-vpc@ 1
imagesearch *@ 7hqpr / *-vpc@ 7hqpr
imageseg: *@ 1 / *-vpc@ 1
imgsearch *@ 1 / *-vpc@ 1
imm: *@ zrft33 / *-vpc@ zrft33
imp *% 2
ims:^*% *% 2 / *.vpc-proxy% 2
iot: *@ 2n1 / *-vpc@ 2n0
iotcc *@ 1gumz / *-vpc@ 1gumz
iovcc *@ 1 / *-vpc@ 1
iqs^*.cn-zhangjiakou% *@ 3k / *-vpc@ 3k
ivpd *@ 5m9v / *-vpc@ 3
kms: *@ 18e718fz / *-vpc@ 18e718fz
lingmou *@ 8 / *-vpc@ 8
linkcard *% 10l9gcf
linkedmall *% zik0zl *-distributor@ 3k *@ 2 / *.vpc-proxy% 2
linkvisual *% 8dfjw *@ 1kz / *-vpc@ 1kx
linkwan *@ 3 / *-vpc@ 1
live:^*% *% 10mj5sp *@ 1w / *-vpc@ 13ydqd
ltl *% 10l9gcc *@ 3
maas *@ c / *.vpc-proxy% c
market *% zt1pkr *.ap-southeast-1% 875fk *@ 4 / *.vpc-proxy% 4
maxcompute^*.cn-hangzhou% *@ 1ee4fz *% mh34 macompute@ jz6rk / *-vpc@ 1ydb7j
metaspace *% 1 / *.vpc-proxy% 1
mhub *@ 1 / *-intl-vpc@ 1
milvus *@ 1erj / *-vpc@ 1erj
mns-open *@ 1zi3v3sv / *-vpc@ 1zi3v3sv
modelstudio *@ c / *.vpc-proxy% c
moguan-sdk *% 10l9gcf
mpserverless *% 1 / *-vpc@ 1
mse *@ 18e718fz / *-vpc@ 18e4jc3j
mssp^*% *% 70jyf0u8
mts: *@ 3ldr / *-vpc@ 3ldr
multimodaldialog *@ 8 / *-vpc@ 8
nas: *@ 8vkicjj / *-vpc@ 8vfijun
nis *% 1 *-intl% 4 / *.vpc-proxy% 1 *-intl.vpc-proxy% 4
nlb: *@ 3ha40dfj / *-vpc@ 3ha40dfj
nlp-automl *@ 2 / *-vpc@ 2
nls-cloud-meta nls-meta@ 1 nls-slp.cn-shanghai% 2 nls-meta.cn-shanghai% 4 / *-vpc@ 1
nls-filetrans *@ p / filetrans-vpc@ o
notifications *% 3k *-intl% 4 / *.vpc-proxy% 3k *-intl.vpc-proxy% 4
objectdet: *@ 1 / *-vpc@ 1
oceanbasepro *@ 1y9kvz / *-vpc@ 1y9kvz
ocr: *@ 1 / *-vpc@ 1
ocr-api *@ 2 / *-vpc@ 2
ons: *@ 1k4zga7en / *-vpc@ jswm4f
onsmqtt: *@ 1lw3u1clb / *-vpc@ 1ro6p5vj
oos: *@ 6zkfuzun / *-vpc@ l0ocp1j3
openanalytics-open openanalytics@ 5viyn openanalytics% 10cukn4 datalakeanalytics@ 2hy68 / openanalytics-vpc@ zxv3en
openapiexplorer: *% 70jyf0u9 openapi-mcp@ 6
openitag^*.cn-hangzhou% *@ r / *-vpc@ r
opensearch *@ q2n / *-vpc@ o8
opt *@ 7c / *-vpc@ 7c
oss *-#% 12f5gbnj *-#-internal% kary8 *-cn-hzjbp-b-console% 9zlds
ossadmin^oss-admin% oss-admin% 70jyf0u8
outboundbot *@ 1 / *-vpc@ 1
pai-dlc^*.cn-hangzhou% *@ 3iiwrvcv / *-vpc@ hjmtlx1b
pai-dsw^*.cn-hangzhou% *@ 3ioljq0v / *-vpc@ hjsidldr
paiautoml^*.cn-hangzhou% *@ 1em3 / *-vpc@ 1em3
paicopilot *@ 1elb / *-vpc@ 1elb
paielasticdatasetaccelerator^paidatasetacc.cn-hangzhou% paidatasetacc@ r / paidatasetacc-vpc@ r
paifeaturestore^*.cn-hangzhou% *@ 1hb / *-vpc@ 1hb
paiflow *@ 518qn / *-vpc@ 518qn
pailangstudio *@ 1gu7 / *-vpc@ 1gu7
paillmtrace: *@ r / *-vpc@ r
paimodelgallery *@ 4h4133 / *-vpc@ 4h4133
paiplugin^*.cn-hangzhou% *@ 2 / *-vpc@ 2
pairecservice *@ 1hb / *-vpc@ 1hb
paistudio^pai.cn-hangzhou% pai@ 3incldhb / pai-vpc@ hjr9ff5r
pcdn *% 10l9gcf
pds #.admin.aliyun*.com 18zjz
polardb: *@ gnlkg6s *% 31xn2j / *-vpc@ gq3iwhr
polardbx: *% 10b3by8 *@ 6j0f *.cn-hangzhou% 9zlds / *-vpc@ 101a9kv
privatelink: *@ z2ri3itb / *-vpc@ z2ri3itb
pts *% 12o0sf
push^cloud*% cloud*% 10l81rz / cloud*.vpc-proxy% peb
pvtz: *% 10ik936 / *.vpc-proxy% 108knpe
qualitycheck *@ 2 / *-vpc@ 2
quanmiaolightapp *@ 8 / *-vpc@ 8
quickbi-public *@ 13yvl2 / *-vpc@ 13yvl2
quotas:^*% *% b8jjz / *-vpc@ 7
r-kvstore:redisa *@ 58cybhmk *% 2hxr0j / *-vpc@ 58fg98n3
rai:RAI *@ 1 / *-vpc@ 1
ram^*% *% v6br3 / *.vpc-proxy% l2in
rds: *@ ga2nao4 *% 31wl6j / *-vpc@ gckkp33
rds-data *@ a / *-vpc@ 2
rdsai *@ cbo *% 1acrf / *-vpc@ 19ain
resourcecenter *% 1 *-intl% 4 / *.vpc-proxy% 1 *-intl.vpc-proxy% 4
resourcedirectorymaster:resourcedirectory resourcedirectory% 1 resourcedirectory-intl% 4 / resourcedirectory.vpc-proxy% 5
resourcemanager: *% v7qbj / *.vpc-proxy% mh33 *-vpc@ am2gw
resourcesharing: *@ 2nnxk4cf / *-vpc@ 2nnxk4cf
retailadvqa quicka@ 41 / quicka-vpc@ h
rocketmq *@ ukz8um7 / *-vpc@ sly4sn3
ros^*% *% 58ewa1vj / *.vpc-proxy% 2h9vcv *-intl.vpc-proxy% epeha80
rtc *% zik0zl
sae:serverless *@ 297cvz / *-vpc@ 297cvz
saf: *@ 4zx1b / *-vpc@ 4zx1b
safconsole *@ 3 / *-vpc@ 3
sas:tds^tds% tds.cn-shanghai% 1x56l70a tds.ap-southeast-1% wew1ts tds@ 5 / tds.vpc-proxy% 1r78ynqz tds-intl.vpc-proxy% v2ti6c tds-vpc@ 2hwcg
sasrasp *@ 6
scdn: *% 10l81rz
schedulerx2^schedulerx% schedulerx% 71amw8an / schedulerx-vpc@ qoh79b
schedulerx3 *@ 19iwv / *-vpc@ 19iwv
scsp *% 12pfcv / *-vpc@ 1
sddp: *@ 3o *-api@ w / *-vpc@ 3o
searchengine^*.cn-hangzhou% *@ 73 / *-vpc@ 73
searchplat *@ 1t
selectdb *@ hripd0 *% fkoemz / *-vpc@ hripd2
servicecatalog *@ 2 / *-vpc@ 2
servicemesh: *% 12pedb *@ zk / *.vpc-proxy% 6wv *-vpc@ zk
sgw^*.cn-shanghai% *@ 1mtp8w5 *.cn-shanghai% 29dltm *.us-west-1% 74 *.cn-shanghai-finance-1% b8jk / *-vpc@ 1p32uwv
slb: *@ 3ha6cav1 *% ab6ki / *-vpc@ 3ha6nw1r
sls:Sls #.log% 3p6l3pbz #-intranet.log% 1r4zlr7k / #-intranet.log% 1y1l6pkv
smartag *@ 2ie7b / *-vpc@ 2ie79
smc: *% 10g7jsv / *.vpc-proxy% 105lhbz
sofa *@ 9zy0z / *-vpc@ 9zy0z
sophonsoar^*% *@ 4 *% 70jyf0u8 / *-vpc@ 4
starrocks *@ 25fj / *-vpc@ 25fj
status *% 1
sts^*% *@ 1hr3iyv3 *% aatxc / *-vpc@ 1hr3u7en
superappnlp *@ 4 / *-vpc@ 4
support-plan supportplan% 1
swas-open swas@ 12g1aj27 / swas-vpc@ 9b0f
sysom *@ 2
tablestore *@ s0jr3z / *-vpc@ s0jr3z
tag *@ esgctfj *% 9zlds / *-vpc@ 6w4ewhr
tdsr lyj@ 2 / lyj-vpc@ 2
tingwu *@ 8 / *-vpc@ 8
ververica^*.cn-hangzhou% *@ 5m9r / *-vpc@ 4wzj
viapi *@ 1 / *-vpc@ 1
viapi-regen *@ 3 / *-vpc@ 3
videoenhan *@ 1 / *-vpc@ 1
videorecog *@ 1 / *-vpc@ 1
videoseg *@ 1 / *-vpc@ 1
vod: *@ 2v1 / *-vpc@ 2v1
voicenavigator *@ 3 / *-vpc@ 1
vpc: *@ 3ha6nw1r / *-vpc@ 3ha6nw1r
vpcipam: *@ 12gyp9tr
vpcpeer^*% *% 2xpdpmn
vs *@ pax / *-vpc@ pax
waf-openapi:wafopenapi wafopenapi@ 6 / wafopenapi.vpc-proxy% 2 wafopenapi-intl.vpc-proxy% 4
webplus *% 1018uv8 *.cn-hangzhou% 49 *-vpc@ w *@ 2 / *-vpc@ 7hp6j
websitebuild *% 70jyf0xs
workorder *% 10l806z *@ 1l0
wss *@ 5 / *.vpc-proxy% 1 *-vpc@ 4
xtee riskcontrol-share% 3 riskcontrol-share.ap-southeast-1% 3k0 riskcontrol-share@ 4
xtrace *@ 29grgf / *-vpc@ 29grgf
yike *@ 1 ice@ 2 / *-vpc@ 1
yundun-bastionhost:bastionhost bastionhost@ mettd0 *% 8yh5hcr / bastionhost-vpc@ meuin9`
