/** Written by scripts/endpoints.mjs from test/fixtures/facts/python-core-endpoints.json. */

/** @internal */
export const seed = `cn-hangzhou cn-shanghai cn-beijing ap-southeast-1 cn-shenzhen cn-hongkong cn-qingdao cn-zhangjiakou ap-northeast-1 eu-central-1 ap-southeast-2 us-west-1 cn-huhehaote ap-southeast-3 ap-south-1 ap-southeast-5 us-east-1 me-east-1 eu-west-1 cn-chengdu
actiontrail *@ b8jj
airec *@ 7
alidfs dfs@ 6
alidns^*% *% 1
alidnsgtm alidns% 9
alikafka *@ 3cn
alimt mt@ 1
apigateway *@ b8jj
cloudapi=apigateway
arms *@ 3j
baas *% m *@ 7d
bastionhost yundun-*% 1
batchcompute *@ 4wv
beebot chatbot@ 3
chatbot=beebot
bssopenapi business% 3cn business.ap-southeast-1% b56o business@ 8
cas *% 1 *@ 2uio
cbn^*% *% b8jj
ccc *@ 3
cccvn voicenavigator@ 2
ccs *% 1
cdn^*% *% 1
cloudap cloudwf% 1
cloudauth^*% *% 1
clouddesktop *@ n
cloudfirewall cloudfw@ 1
cloudphoto *@ 2
cloudwf^*%
cms^metrics.cn-hangzhou% metrics.cn-hangzhou% 4any metrics@ 6xvl
codepipeline^cds.cn-beijing% cds@ 4
cds=codepipeline
cps cloudpush% 1
cr^*%
cs^*%
csb *@ 5
dbs *-api.cn-hangzhou% 3a *-api@ 7d
dcdn *% 9
ddos *pro@ x
ddosbasic^antiddos% antiddos-openapi@ 9sao antiddos% 1g8v
ddosbgp *.cn-hangzhou% 3bq *@ 1lt
ddoscoo *@ 1
ddosdip *@ 8
ddosrewards ddosright@ 1
dds^mongodb% mongodb% 1g7z mongodb@ 9sbk
dm^*% *@ sg
dmsenterprise dms-enterprise% 9j
domain^*% *-intl% 8 *% 1
domain-intl^*%
drds^*% *@ 9
drdspost drds.cn-hangzhou% w drds@ a
drdspre drds.cn-hangzhou% w drds@ 2n
dts *% 3cv
dybaseapi *% bbvb *.ap-southeast-1% 5ixs *@ 8
dysmsapi *% bbvb *.ap-southeast-1% 5ixs *@ 8
eci *% 1lr
ecs^*-cn-hangzhou% *-cn-hangzhou% 1g8v *@ 9sao
ehs ehpc@ 4jj
elasticsearch *@ 1ben
emas mhub@ 3
emr^*% *% 1lr *@ b6xs
ens *% 1
ensdisk ens% 1
ess^*% *% 1g8v *@ 9sao
faas *@ 47
fc ap-southeast-2.*% sg cn-beijing.*% 4 cn-hangzhou.*% 1 cn-huhehaote.*% 35s cn-shanghai.*% 2 cn-shenzhen.*% g
foas *@ d3
gameshield *% 1 *@ 3k
gpdb^*% *% 1g67 *@ 6z5s
green^*% *@ 1lb
hbase^*% *% 1g7z *@ 45q8
hcs_mgw mgw@ b
hcs_sgw sgw.cn-shanghai% 6t sgw@ 16y
hdm *-api% 2
hitsdb *% 1
hpc^*% *% 5
hsm *% 1r
httpdns^*-api%
imagesearch *@ zu
imm *@ 4f
ims *% 1
iot *@ 1gqy
iovcc *@ 2
itaas^*%
ivision *@ 5
jaq^*%
kms *@ b8jj
kvstore r-*@ 74
linkedmall *% 3
linkwan *@ 3
live^*% *% m7
luban *@ 3
mts *@ 618f
nas *@ 2t4v
nlp *@ 2
oas cn-beijing.*% 4 cn-hangzhou.*% 1 cn-shenzhen.*% g
odpsmayi bsb.cloud.alipay.com a
odpsplusmayi bsb.cloud.alipay.com b
ons *@ aj9b
onsvip ons@ 2n
openanalytics *@ 5spr
oss *-ap-southeast-1% 8 *-cn-beijing% 4 *-cn-hangzhou% 1 *-cn-hongkong% w *-cn-qingdao% 1s *-cn-shanghai% 2 *-cn-shenzhen% g *-us-west-1% 1kw
ots *@ b8gf
pcdn *% 1
petadata^*% *% 1g8v *@ 3mv4
polardb *% 3b *@ 1534
pts *% 1
push^cloud*%
pvtz *% 9
qualitycheck *@ 1
ram^*%
rds^*% *% 1g8v *@ 9sao
redisa^r-kvstore% r-kvstore% 2f r-kvstore@ b8h4
r-kvstore=redisa
ros^*% *% 1
rtc *% 1
saf *.cn-shanghai% 1 *@ i
sca qualitycheck@ 1
scdn *% 1
slb^*% *% 1g8v *@ 9sao
smartag *@ wtm
sts^*%
trademark *% 1
uis *@ 1
vipaegis^aegis.cn-hangzhou% aegis@ 6bl
aegis=vipaegis
vod *.cn-shanghai% l *@ ei
vpc^*% *% 1g8v *@ 9sao
vs *@ 3
waf *openapi@ 1
xianzhi *% 1
yunmarket market% 1`
