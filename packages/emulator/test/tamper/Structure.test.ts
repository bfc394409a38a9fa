/** Requests taken apart and put together again on the way: what is let in means the same, and is listed here with its reason. */
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Acs3 from "@effect-aliyun/protocol/Acs3"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as RoaV1 from "@effect-aliyun/protocol/RoaV1"
import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import {
  at,
  type BodyKind,
  judge,
  kinds,
  patience,
  type Raw,
  requests,
  signed,
  type Verdict
} from "../support/Tamper.js"

type Change = (raw: Raw) => Raw
/** a change, the bodies of the requests it is made to, and what comes of it */
type Row = readonly [what: string, bodies: BodyKind | "all", change: Change, verdict: Verdict]

const same = "same"
const wrong = "SignatureDoesNotMatch"
const incomplete = "IncompleteSignature"

const formType = "application/x-www-form-urlencoded"

const target =
  (from: string | RegExp, to: string | ((found: string) => string)): Change =>
  (raw) => ({ ...raw, target: raw.target.replace(from, to as string) })
const query =
  (change: (items: ReadonlyArray<string>) => ReadonlyArray<string>): Change =>
  (raw) => {
    const [path = "", search = ""] = raw.target.split("?")
    return { ...raw, target: `${path}?${change(search.split("&")).join("&")}` }
  }
const header =
  (name: string, to: (value: string) => string): Change =>
  (raw) => ({ ...raw, headers: raw.headers.map(([key, value]) => [key, key === name ? to(value) : value]) })
const add =
  (name: string, value: string): Change =>
  (raw) => ({ ...raw, headers: [...raw.headers, [name, value]] })
const addFirst =
  (name: string, value: string): Change =>
  (raw) => ({ ...raw, headers: [[name, value], ...raw.headers] })
const drop =
  (name: string): Change =>
  (raw) => ({ ...raw, headers: raw.headers.filter(([key]) => key !== name) })
const body =
  (to: (text: string) => string): Change =>
  (raw) => ({ ...raw, body: Encoding.utf8(to(Encoding.utf8Decode(raw.body))) })
const both =
  (...all: ReadonlyArray<Change>): Change =>
  (raw) =>
    all.reduce((changed, change) => change(changed), raw)
const unsigned = both(drop("authorization"), drop("x-acs-content-sha256"))
const authorization = (from: string | RegExp, to: string) => header("authorization", (text) => text.replace(from, to))

/** the body's hashes as they would be if the body had always been so */
const rehash: Change = (raw) =>
  both(
    header("x-acs-content-sha256", (text) =>
      raw.headers.some(([, value]) => value.startsWith("ACS3-HMAC-SM3"))
        ? (NodeDigest.digest.sm3Hex?.(raw.body) ?? text)
        : NodeDigest.digest.sha256Hex(raw.body)
    ),
    header("content-md5", () => NodeDigest.digest.md5Base64(raw.body))
  )(raw)

const lowerHex = (text: string) => text.replace(/%../g, (escape) => escape.toLowerCase())

/** RFC 3986 and the rules of forms know many ways to write one query */
const queries: ReadonlyArray<Row> = [
  ["query: escapes in lower case, RFC 3986 6.2.2.1", "all", query((items) => items.map(lowerHex)), same],
  ["query: what needs no escape is escaped, RFC 3986 6.2.2.2", "all", target(/n=1/, "%6E=%31"), same],
  [
    "query: what is escaped needs no escape",
    "all",
    query((items) => items.map((item) => item.replace("%2A", "*"))),
    same
  ],
  ["query: + for a space, as forms write it", "all", query((items) => items.map((i) => i.replace("%20", "+"))), same],
  ["query: names in another order, which is not signed", "all", query((items) => items.toReversed()), same],
  ["query: empty items, which name nothing", "all", query((items) => ["", ...items, "", ""]), same],
  ["query: no = behind a name without a value", "all", target(/(Tag\.1\.Value|flag)=/, "$1"), same],
  ["query: one more", "all", query((items) => [...items, "Extra=1"]), wrong],
  ["query: one more in front", "all", query((items) => ["Extra=1", ...items]), wrong],
  ["query: one less", "all", query((items) => items.filter((item) => !item.startsWith("n="))), wrong],
  ["query: one twice", "all", query((items) => [...items, "n=1"]), wrong],
  ["query: one twice, another value first", "all", query((items) => ["n=2", ...items]), wrong],
  ["query: an Action", "all", query((items) => ["Action=Delete", ...items]), wrong],
  ["query: a Version", "all", query((items) => [...items, "Version=2015-12-15"]), wrong],
  ["query: a name in another case", "all", target("n=1", "N=1"), wrong],
  ["query: an escape escaped", "all", target("%20", "%2520"), wrong],
  ["query: none", "all", query(() => []), wrong],
  ["method: another", "all", (raw) => ({ ...raw, method: raw.method === "GET" ? "HEAD" : "GET" }), wrong],
  ["method: in lower case", "all", (raw) => ({ ...raw, method: raw.method.toLowerCase() }), wrong]
]

/** headers as HTTP has them, whatever signs them */
const headers: ReadonlyArray<Row> = [
  [
    "headers: names in another case, RFC 9110 5.1",
    "all",
    (raw) => ({ ...raw, headers: raw.headers.map(([name, value]) => [name.toUpperCase(), value]) }),
    same
  ],
  ["headers: another order, RFC 9110 5.3", "all", (raw) => ({ ...raw, headers: raw.headers.toReversed() }), same],
  [
    "headers: white space around values, RFC 9110 5.5",
    "all",
    (raw) => ({ ...raw, headers: raw.headers.map(([name, value]) => [name, ` \t${value}  `]) }),
    same
  ],
  ["headers: one that nobody reads", "all", add("x-forwarded-for", "10.0.0.1"), same],
  ["headers: another method, as some servers take it", "all", add("x-http-method-override", "DELETE"), same],
  ["headers: another path, as some servers take it", "all", add("x-original-url", "/things"), same],
  ["headers: no user agent", "all", drop("user-agent"), same]
]

/** signatures in the Authorization header */
const authorizations: ReadonlyArray<Row> = [
  ["authorization: twice", "all", (raw) => add("Authorization", authorizationOf(raw))(raw), incomplete],
  ["authorization: a second scheme", "all", add("authorization", "Basic dGVzdA=="), incomplete],
  ["authorization: another scheme", "all", header("authorization", () => "Basic dGVzdA=="), incomplete],
  ["authorization: empty", "all", header("authorization", () => ""), incomplete],
  [
    "authorization: a bearer token in its place",
    "all",
    both(unsigned, add("x-acs-bearer-token", "x")),
    "InvalidBearerToken"
  ],
  ["headers: a second x-acs-action behind", "all", add("x-acs-action", "Delete"), wrong],
  ["headers: a second x-acs-action in front", "all", addFirst("X-Acs-Action", "Delete"), wrong],
  ["headers: a second x-acs-version", "all", addFirst("x-acs-version", "2014-05-26"), wrong],
  ["headers: no x-acs-action", "all", drop("x-acs-action"), wrong],
  ["headers: no x-acs-version", "all", drop("x-acs-version"), wrong],
  [
    "headers: values exchanged",
    "all",
    both(
      header("x-acs-version", () => "Echo"),
      header("x-acs-action", () => "2014-05-26")
    ),
    wrong
  ],
  ["content type: a second one behind", "form", add("content-type", "text/plain"), wrong],
  ["content type: a second one in front", "JSON", addFirst("Content-Type", formType), wrong],
  ["content type: JSON for a form", "form", header("content-type", () => "application/json"), wrong],
  ["content type: a form for JSON", "JSON", header("content-type", () => formType), wrong],
  ["content type: a form for bytes", "bytes", header("content-type", () => formType), wrong],
  ["content type: another character set", "form", header("content-type", (text) => `${text}; charset=gbk`), wrong],
  ["content type: none", "form", drop("content-type"), wrong],
  ["body: another", "JSON", body((text) => text.replace("2", "3")), wrong],
  [
    "body: another, and its hash",
    "JSON",
    both(
      body((text) => text.replace("2", "3")),
      rehash
    ),
    wrong
  ],
  ["body: longer", "bytes", body((text) => `${text}x`), wrong],
  ["body: none", "form", body(() => ""), wrong],
  [
    "body: none, and its hash",
    "form",
    both(
      body(() => ""),
      rehash
    ),
    wrong
  ],
  ["body: the same form, written in another way", "form", body((text) => text.replace("%20", "+")), wrong],
  [
    "body: a form where there was none",
    "GET",
    both(
      add("content-type", formType),
      body(() => "A=1"),
      rehash
    ),
    ""
  ],
  [
    "form: one from the query",
    "form",
    both(
      target(/&n=1[^&]*/, ""),
      body((text) => `${text}&n=1`),
      rehash
    ),
    wrong
  ]
]

const authorizationOf = (raw: Raw) => raw.headers.find(([name]) => name === "authorization")?.[1] ?? ""

/** rows that say `""` leave the code to the scheme */
const withCodes = (rows: ReadonlyArray<Row>, codes: Readonly<Record<string, Verdict>>): ReadonlyArray<Row> =>
  rows.map(([what, bodies, change, verdict]) => [what, bodies, change, codes[what] ?? verdict])

const acs3: ReadonlyArray<Row> = [
  ...queries,
  ...headers,
  ...withCodes(authorizations, {
    "body: a form where there was none": incomplete
  }),
  ["authorization: spaces behind its commas", "all", authorization(/,/g, ", "), same],
  [
    "authorization: cut at a comma into two lines, RFC 9110 5.3",
    "all",
    (raw) => {
      const [first = "", ...rest] = authorizationOf(raw).split(",")
      return {
        ...raw,
        headers: [...drop("authorization")(raw).headers, ["authorization", first], ["authorization", rest.join(",")]]
      }
    },
    same
  ],
  ["signed headers: in another order", "all", authorization(/(x-acs-action);(x-acs-content-sha256)/, "$2;$1"), wrong],
  ["signed headers: one twice", "all", authorization("x-acs-date", "x-acs-date;x-acs-date"), wrong],
  ["signed headers: in another case", "all", authorization("x-acs-date", "X-Acs-Date"), incomplete],
  ["signed headers: one less", "all", authorization("x-acs-action;", ""), incomplete],
  [
    "signed headers: one less, and the header",
    "all",
    both(authorization("x-acs-action;", ""), drop("x-acs-action")),
    wrong
  ],
  [
    "signed headers: one that was not signed",
    "all",
    authorization("SignedHeaders=", "SignedHeaders=user-agent;"),
    wrong
  ],
  [
    "signed headers: one that is not there",
    "all",
    authorization("SignedHeaders=", "SignedHeaders=constructor;"),
    wrong
  ],
  ["signed headers: none", "all", authorization(/SignedHeaders=[^,]*/, "SignedHeaders="), incomplete],
  ["headers: an x-acs- header that is not signed", "all", add("x-acs-extra", "1"), incomplete],
  ["headers: the same, in another case", "all", add("X-ACS-Extra", "1"), incomplete],
  [
    "headers: an x-acs- header put into the list",
    "all",
    both(add("x-acs-extra", "1"), authorization("x-acs-signature-nonce", "x-acs-extra;x-acs-signature-nonce")),
    wrong
  ],
  ["host: another", "all", header("host", () => "ecs.aliyuncs.com"), wrong],
  ["host: with its port", "all", header("host", (text) => `${text}:443`), wrong],
  ["host: a second one", "all", add("host", "ecs.aliyuncs.com"), wrong],
  ["content type: one where there was none", "GET", add("content-type", formType), incomplete],
  ["body: one where there was none", "GET", body(() => "A=1"), wrong],
  [
    "body: one where there was none, and its hash",
    "GET",
    both(
      body(() => "A=1"),
      rehash
    ),
    wrong
  ],
  [
    "hash: that of nothing",
    "JSON",
    both(
      body(() => ""),
      header("x-acs-content-sha256", () => NodeDigest.digest.sha256Hex(""))
    ),
    wrong
  ],
  ["hash: none", "JSON", drop("x-acs-content-sha256"), "MissingParameter"],
  ["hash: unsigned, as other clouds have it", "JSON", header("x-acs-content-sha256", () => "UNSIGNED-PAYLOAD"), wrong],
  ["signature: in upper case", "all", authorization(/[0-9a-f]*[a-f][0-9a-f]*$/, "ABCDEF"), incomplete],
  ["signature: empty", "all", authorization(/[0-9a-f]+$/, ""), incomplete],
  ["signature: shorter", "all", authorization(/..$/, ""), wrong],
  ["signature: longer", "all", authorization(/$/, "00"), wrong],
  ["algorithm: SM3", "all", authorization(/^ACS3-(?!HMAC-SM3)\S+/, "ACS3-HMAC-SM3"), wrong],
  ["algorithm: HMAC", "all", authorization(/^ACS3-(?!HMAC-SHA256)\S+/, "ACS3-HMAC-SHA256"), wrong],
  ["algorithm: RSA", "all", authorization(/^ACS3-(?!RSA)\S+/, "ACS3-RSA-SHA256"), wrong],
  ["algorithm: none", "all", authorization(/^\S+/, "ACS3-NONE"), "InvalidSignatureMethod"],
  [
    "key: a disabled one",
    "all",
    authorization(/Credential=[^,]*/, "Credential=inactiveid"),
    "InvalidAccessKeyId.Inactive"
  ],
  ["scheme: version 1 besides", "all", query((items) => [...items, "AccessKeyId=testid", "Signature=x"]), wrong],
  ["scheme: version 1 instead", "all", header("authorization", () => "acs testid:AAAA"), "MissingDate"],
  ["nothing signed at all", "all", unsigned, "MissingAccessKeyId"]
]

const rpcPath: ReadonlyArray<Row> = [
  ["path: empty, which is /, RFC 9110 4.2.3", "all", target(/^\//, ""), same],
  ["path: another", "all", target("/?", "/things?"), wrong],
  ["path: doubled", "all", target("/?", "//?"), wrong],
  ["path: a dot", "all", target("/?", "/.?"), wrong],
  ["path: a whole URL", "all", target("/?", "http://ecs.aliyuncs.com/?"), wrong]
]

const roaPath: ReadonlyArray<Row> = [
  ["path: a segment less", "all", target("/parts", ""), wrong],
  ["path: a segment more", "all", target("/parts", "/parts/1"), wrong],
  ["path: a slash behind", "all", target("/parts", "/parts/"), wrong],
  ["path: a slash doubled", "all", target("/parts", "//parts"), wrong],
  ["path: a dot", "all", target("/parts", "/./parts"), wrong],
  ["path: up and down", "all", target("/parts", "/x/../parts"), wrong],
  ["path: an escaped slash bare", "all", target("%2F", "/"), wrong],
  ["path: an escape escaped", "all", target("%2F", "%252F"), wrong],
  ["path: + for a space, which a path does not know", "all", target("a%20b", "a+b"), wrong],
  ["path: a whole URL", "all", target(/^/, "http://cs.aliyuncs.com"), wrong]
]

const escapedPath = (verdict: Verdict): ReadonlyArray<Row> => [
  ["path: escapes in lower case", "all", target(/^[^?]*/, lowerHex), verdict],
  ["path: what needs no escape is escaped", "all", target("parts", "%70arts"), verdict],
  ["path: ~ escaped", "all", target(/~/, "%7E"), verdict]
]

const token: ReadonlyArray<Row> = [
  [
    "token: none",
    "all",
    both(drop("x-acs-security-token"), target(/SecurityToken=[^&]*&/, "")),
    "MissingSecurityToken"
  ],
  [
    "token: made up",
    "all",
    both(
      header("x-acs-security-token", () => "x"),
      target(/SecurityToken=[^&]*/, "SecurityToken=x")
    ),
    "InvalidSecurityToken.Malformed"
  ],
  [
    "token: that of another key",
    "all",
    both(
      header("x-acs-security-token", () => "sts-token-old"),
      target(/SecurityToken=[^&]*/, "SecurityToken=sts-token-old")
    ),
    "InvalidSecurityToken.MismatchWithAccessKey"
  ],
  [
    "token: a key without one",
    "all",
    both(authorization("STS.id", "testid"), target("AccessKeyId=STS.id", "AccessKeyId=testid")),
    "InvalidSecurityToken.MismatchWithAccessKey"
  ]
]

const roaV1: ReadonlyArray<Row> = [
  ...queries,
  ...headers,
  ...withCodes(authorizations, {
    "body: a form where there was none": wrong
  }),
  // the path is signed as it is written
  ...roaPath,
  ...escapedPath(wrong),
  ["headers: one x-acs- header more", "all", add("X-Acs-Extra", "1"), wrong],
  ["headers: a second accept", "all", add("accept", "text/xml"), wrong],
  ["headers: a second date", "all", add("date", "Thu, 01 Jan 1970 00:00:00 GMT"), "InvalidTimeStamp.Format"],
  ["headers: another accept", "all", header("accept", () => "text/xml"), wrong],
  ["date: none", "all", drop("date"), "MissingDate"],
  ["content type: one where there was none", "GET", add("content-type", formType), wrong],
  ["hash: none", "JSON", drop("content-md5"), wrong],
  [
    "hash: none, and another body",
    "form",
    both(
      drop("content-md5"),
      body(() => "PageSize=3")
    ),
    wrong
  ],
  [
    "hash: one where there was none",
    "GET",
    both(
      body(() => "A=1"),
      add("content-md5", NodeDigest.digest.md5Base64("A=1"))
    ),
    wrong
  ],
  [
    "algorithm: HMAC-SHA1",
    "all",
    header("x-acs-signature-method", (text) => (text === "HMAC-SHA1" ? "HMAC-SHA256" : "HMAC-SHA1")),
    wrong
  ],
  [
    "algorithm: RSA",
    "all",
    header("x-acs-signature-method", (text) => (text === "SHA256withRSA" ? "HMAC-SHA256" : "SHA256withRSA")),
    wrong
  ],
  ["algorithm: none, which is HMAC-SHA1", "all", drop("x-acs-signature-method"), wrong],
  ["signature: white space behind it", "all", authorization(/$/, " x"), incomplete],
  ["signature: padded more", "all", authorization(/$/, "===="), wrong],
  ["signature: two", "all", authorization(/:(.*)$/, ":$1:$1"), incomplete],
  ["key: a disabled one", "all", authorization(/acs [^:]*/, "acs inactiveid"), "InvalidAccessKeyId.Inactive"],
  ["scheme: version 1 of RPC besides", "all", query((items) => [...items, "AccessKeyId=testid", "Signature=x"]), wrong],
  // not signed in this version, and acted on by nobody
  ["host: another", "all", header("host", () => "ecs.aliyuncs.com"), same],
  ["body: one where there was none, without a hash", "GET", body(() => "A=1"), same]
]

const first = (item: string) => query((items) => [item, ...items])
const last = (item: string) => query((items) => [...items, item])
const moveToForm: Change = (raw) => ({
  ...both(drop("content-type"), add("content-type", formType))(raw),
  target: "/",
  body: Encoding.utf8([raw.target.slice(2), Encoding.utf8Decode(raw.body)].filter(Boolean).join("&"))
})

const rpcV1: ReadonlyArray<Row> = [
  ...withCodes(queries, { "query: none": "MissingAccessKeyId" }),
  ...headers,
  ...rpcPath,
  ["place: the whole query in the form", "form", moveToForm, same],
  ["place: the whole query in a form where there was none", "GET", moveToForm, same],
  [
    "place: the whole form in the query",
    "form",
    (raw) => ({ ...raw, target: `${raw.target}&${Encoding.utf8Decode(raw.body)}`, body: new Uint8Array(0) }),
    same
  ],
  [
    "place: only the signature in the form",
    "form",
    (raw) => ({
      ...raw,
      target: raw.target.replace(/&Signature=.*/, ""),
      body: Encoding.utf8(`${Encoding.utf8Decode(raw.body)}&${/Signature=[^&]*$/.exec(raw.target)?.[0]}`)
    }),
    same
  ],
  ["form: + for a space", "form", body((text) => text.replace("%20", "+")), same],
  ["form: what needs no escape is escaped", "form", body((text) => text.replace("'", "%27")), same],
  ["form: another order", "form", body((text) => text.split("&").toReversed().join("&")), same],
  ["form: one more", "form", body((text) => `${text}&Extra=1`), wrong],
  ["form: one less", "form", body((text) => text.replace("PageSize=2&", "")), wrong],
  ["form: none", "form", body(() => ""), wrong],
  ["form: one that the query has", "form", body((text) => `n=2&${text}`), wrong],
  [
    "form: where there was none",
    "GET",
    both(
      add("content-type", formType),
      body(() => "Extra=1")
    ),
    wrong
  ],
  [
    "form: in place of JSON",
    "JSON",
    both(
      header("content-type", () => formType),
      body(() => "Extra=1")
    ),
    wrong
  ],
  ["content type: a form for JSON", "JSON", header("content-type", () => formType), wrong],
  ["content type: a form for bytes", "bytes", header("content-type", () => formType), wrong],
  ["content type: JSON for a form", "form", header("content-type", () => "application/json"), wrong],
  ["content type: none", "form", drop("content-type"), wrong],
  ["signature: a second one in front", "all", first("Signature=x"), wrong],
  ["signature: a second one behind", "all", last("Signature=x"), wrong],
  [
    "signature: the same once more",
    "all",
    query((items) => [...items, items.find((item) => item.startsWith("Signature="))!]),
    wrong
  ],
  ["signature: a second one in the form", "form", body((text) => `${text}&Signature=x`), wrong],
  ["signature: white space in it", "all", target(/(Signature=....)/, "$1%20%20%20%20"), wrong],
  ["signature: white space behind it", "all", target(/$/, "%0A"), wrong],
  ["signature: padded more", "all", target(/$/, "===="), wrong],
  ["key: a second one in front", "all", first("AccessKeyId=nobody"), "InvalidAccessKeyId.NotFound"],
  ["key: a second one behind", "all", last("AccessKeyId=nobody"), wrong],
  ["key: a disabled one", "all", target(/AccessKeyId=[^&]*/, "AccessKeyId=inactiveid"), "InvalidAccessKeyId.Inactive"],
  ["action: a second one behind", "all", last("Action=Delete"), wrong],
  ["action: a second one in the form", "form", body((text) => `Action=Delete&${text}`), wrong],
  [
    "version: that of another product, at its path",
    "all",
    both(target("2014-05-26", "2015-12-15"), target("/?", "/things?")),
    wrong
  ],
  ["nonce: none", "all", target(/SignatureNonce=[^&]*&/, ""), "MissingSignatureNonce"],
  ["algorithm: another", "all", target(/SignatureMethod=[^&]*/, "SignatureMethod=NONE"), "InvalidSignatureMethod"],
  [
    "algorithm: HMAC",
    "all",
    query((items) =>
      items.map((item) =>
        item === "SignatureMethod=HMAC-SHA1"
          ? "SignatureMethod=HMAC-SHA256"
          : item.replace(/^SignatureMethod=.*/, "SignatureMethod=HMAC-SHA1")
      )
    ),
    wrong
  ],
  [
    "algorithm: RSA",
    "all",
    query((items) =>
      items.map((item) =>
        item === "SignatureMethod=SHA256withRSA"
          ? "SignatureMethod=HMAC-SHA1"
          : item.replace(/^SignatureMethod=.*/, "SignatureMethod=SHA256withRSA")
      )
    ),
    wrong
  ],
  [
    "scheme: a bearer token",
    "all",
    both(first("SignatureType=BEARERTOKEN"), last("BearerToken=x")),
    "InvalidBearerToken"
  ],
  ["scheme: a bearer token, without one", "all", first("SignatureType=BEARERTOKEN"), "MissingBearerToken"],
  ["scheme: that of ROA besides", "all", add("authorization", "acs testid:AAAA"), "MissingDate"],
  [
    "scheme: ACS3 besides",
    "all",
    add("authorization", "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=00"),
    incomplete
  ],
  [
    "scheme: none, with a key",
    "all",
    query((items) => items.filter((item) => !/^Signature=/.test(item))),
    "MissingSignature"
  ],
  // not signed in this version, and acted on by nobody
  [
    "headers: another action and version",
    "all",
    both(add("x-acs-action", "Delete"), add("x-acs-version", "2015-12-15")),
    same
  ],
  ["headers: another form of the answer", "all", header("accept", () => "text/xml"), same],
  [
    "headers: a token, a key and a date",
    "all",
    both(add("x-acs-security-token", "x"), add("x-acs-accesskey-id", "x"), add("date", "x")),
    same
  ],
  ["host: another", "all", header("host", () => "cs.aliyuncs.com"), same],
  ["content type: another character set", "form", header("content-type", (text) => `${text}; charset=gbk`), same],
  ["body: another, no form", "JSON", body(() => "[]"), same],
  [
    "body: another, no form, of another type",
    "bytes",
    both(
      header("content-type", () => "text/xml"),
      body(() => "<a/>")
    ),
    same
  ],
  ["body: none, where there was one that is no form", "JSON", body(() => ""), same],
  [
    "body: one where there was none",
    "GET",
    both(
      add("content-type", "application/json"),
      body(() => "{}")
    ),
    same
  ]
]

const schemes = [
  ["ACS3, RPC", "RPC", kinds.ACS3, [...acs3, ...rpcPath]],
  ["ACS3, ROA", "ROA", kinds.ACS3, [...acs3, ...roaPath, ...escapedPath(same)]],
  ["version 1, RPC", "RPC", kinds.V1, rpcV1],
  ["version 1, ROA", "ROA", kinds.V1, roaV1]
] as const

const isChanged = (raw: Raw, bent: Raw) =>
  JSON.stringify({ ...bent, body: [...bent.body] }) !== JSON.stringify({ ...raw, body: [...raw.body] })

describe.each(schemes)("%s", (_, style, family, rows) => {
  it.effect.each(Object.entries(family))(
    "%s",
    ([name, who]) =>
      Effect.gen(function* () {
        const originals = new Map<BodyKind, Raw>()
        for (const body of Object.keys(requests[style]) as Array<BodyKind>) {
          originals.set(body, yield* signed(requests[style][body], who))
        }
        for (const [what, which, change, verdict] of [...rows, ...(name.includes("STS") ? token : [])]) {
          let changed = 0
          for (const [body, raw] of originals) {
            const bent = change(raw)
            if ((which !== "all" && which !== body) || !isChanged(raw, bent)) continue
            changed++
            const expected = verdict === same ? yield* judge(raw) : { _tag: "Refused", code: verdict }
            assert.deepStrictEqual(yield* judge(bent), expected, `${what}, ${body}`)
          }
          // an algorithm cannot become itself
          if (!what.startsWith("algorithm")) assert.isAbove(changed, 0, what)
        }
      }),
    patience
  )
})

describe("values of one name keep their order", () => {
  const identity = { accessKeyId: "testid", _tag: "Hmac" } as const
  const pairs = [
    ["n", "1"],
    ["m", ""],
    ["n", "2"]
  ] as const
  const date = Timestamp.iso8601(at)

  const acs3 = (query: Encoding.Pairs): Raw => {
    const signed = Acs3.sign(
      {
        method: "GET",
        path: "/things",
        query,
        headers: { host: "h", "x-acs-version": "2015-12-15" },
        payloadHash: NodeDigest.digest.sha256Hex(""),
        identity: { ...identity, algorithm: "ACS3-HMAC-SHA256" },
        date,
        nonce: "n"
      },
      "testsecret",
      NodeDigest.digest
    )
    return get(`/things?${Encoding.queryString(query)}`, signed.headers)
  }
  const roa = (query: Encoding.Pairs): Raw => {
    const headers = { "x-acs-version": "2015-12-15" }
    const input = { method: "GET", path: "/things", query, headers, date: Timestamp.rfc1123(at), nonce: "n" }
    const signed = RoaV1.sign(
      { ...input, identity: { ...identity, method: "HMAC-SHA1" } },
      "testsecret",
      NodeDigest.digest
    )
    return get(`/things?${Encoding.queryString(query)}`, signed.headers)
  }
  const rpc = (query: Encoding.Pairs): Raw => {
    const input = { method: "GET", action: "Echo", version: "2014-05-26", format: "JSON", query, form: [] }
    const signed = RpcV1.sign(
      { ...input, identity: { ...identity, method: "HMAC-SHA1" }, timestamp: date, nonce: "n" },
      "testsecret",
      NodeDigest.digest
    )
    return get(`/?${signed.queryString}`, {})
  }
  const get = (target: string, headers: Readonly<Record<string, string>>): Raw => ({
    method: "GET",
    target,
    headers: Object.entries(headers),
    body: new Uint8Array(0)
  })

  it.effect.each(Object.entries({ acs3, roa, rpc }))("%s", ([_, sign]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const raw = sign(pairs)
      const accepted = yield* judge(raw)
      assert.strictEqual(accepted._tag, "Accepted")
      const moved = query((items) => [...items.filter((item) => item !== "m="), "m="])(raw)
      assert.notDeepEqual(moved, raw)
      assert.deepStrictEqual(yield* judge(moved), accepted)
      const exchanged = target(/n=1(.*)n=2/, "n=2$1n=1")(raw)
      assert.notDeepEqual(exchanged, raw)
      assert.deepStrictEqual(yield* judge(exchanged), { _tag: "Refused", code: wrong })
    })
  )

  it.effect("version 1 of ROA writes its query bare: a & in a value is no other than one between two", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      // no checker can tell these two apart: who must be sure signs with ACS3
      const value = roa([["n", "1&o=2"]])
      const two = target("%26o%3D", "&o=")(value)
      assert.notDeepEqual(yield* judge(two), yield* judge(value))
      assert.strictEqual((yield* judge(two))._tag, "Accepted")
      assert.deepStrictEqual(yield* judge(target("%26o%3D", "&o=")(acs3([["n", "1&o=2"]]))), {
        _tag: "Refused",
        code: wrong
      })
    })
  )
})

describe("what a signature covers in one place only is read in that place", () => {
  const accepted = (raw: Raw) =>
    Effect.map(judge(raw), (answer) => (answer._tag === "Accepted" ? (answer.seen as Record<string, unknown>) : {}))

  const roaForm = (headers: Readonly<Record<string, string>>, form: string): Raw => {
    const signed = RoaV1.sign(
      {
        method: "POST",
        path: "/things",
        query: [],
        headers: { "x-acs-version": "2015-12-15", "content-type": formType, ...headers },
        identity: { _tag: "Hmac", method: "HMAC-SHA1", accessKeyId: "testid" },
        date: Timestamp.rfc1123(at),
        nonce: "n"
      },
      "testsecret",
      NodeDigest.digest
    )
    return { method: "POST", target: "/things", headers: Object.entries(signed.headers), body: Encoding.utf8(form) }
  }

  it.effect("version 1 of ROA: a form without its hash is no form", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const hashed = roaForm({ "content-md5": NodeDigest.digest.md5Base64("a=1") }, "a=1")
      assert.deepInclude(yield* accepted(hashed), { parameters: [["a", ["1"]]], body: "613d31" })
      const bare = roaForm({}, "a=1")
      assert.deepInclude(yield* accepted(bare), { parameters: [], body: "" })
      assert.deepStrictEqual(yield* judge(body(() => "a=2")(bare)), yield* judge(bare))
    })
  )

  it.effect("a body of two types is of none, since their order is not signed", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const md5 = NodeDigest.digest.md5Base64("a=1")
      const two = roaForm({ "content-md5": md5, "content-type": `${formType},text/plain` }, "a=1")
      const lines = both(drop("content-type"), add("content-type", "text/plain"), add("content-type", formType))(two)
      assert.deepInclude(yield* accepted(two), { parameters: [] })
      assert.deepStrictEqual(yield* judge(lines), yield* judge(two))
      assert.deepStrictEqual(yield* judge({ ...lines, headers: lines.headers.toReversed() }), yield* judge(two))
    })
  )

  it.effect("ACS3: action and version in the query are parameters like any other", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const signed = Acs3.sign(
        {
          method: "GET",
          path: "/",
          query: [
            ["Action", "Delete"],
            ["Version", "2015-12-15"]
          ],
          headers: { host: "h", "x-acs-version": "2014-05-26", "x-acs-action": "Echo" },
          payloadHash: NodeDigest.digest.sha256Hex(""),
          identity: { _tag: "Hmac", algorithm: "ACS3-HMAC-SHA256", accessKeyId: "testid" },
          date: Timestamp.iso8601(at),
          nonce: "n"
        },
        "testsecret",
        NodeDigest.digest
      )
      const raw: Raw = {
        method: "GET",
        target: `/?${signed.query}`,
        headers: Object.entries(signed.headers),
        body: new Uint8Array(0)
      }
      assert.deepInclude(yield* accepted(raw), { action: "Echo", version: "2014-05-26" })
    })
  )

  it.effect("version 1 of RPC: headers choose no form of the answer, even where the parameters leave it open", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const signed = RpcV1.sign(
        {
          method: "GET",
          action: "Echo",
          version: "2014-05-26",
          format: "",
          query: [],
          form: [],
          identity: { _tag: "Hmac", method: "HMAC-SHA1", accessKeyId: "testid" },
          timestamp: Timestamp.iso8601(at),
          nonce: "n"
        },
        "testsecret",
        NodeDigest.digest
      )
      const raw: Raw = {
        method: "GET",
        target: `/?${signed.queryString}`,
        headers: [],
        body: new Uint8Array(0)
      }
      for (const headers of [[], [["accept", "application/json"]], [["x-acs-version", "2014-05-26"]]] as const) {
        assert.deepStrictEqual(yield* judge({ ...raw, headers }), { _tag: "Accepted", seen: "XML" })
      }
    })
  )

  it.effect("ACS3 leaves `accept` unsigned: it chooses how the answer is written, and nothing else", () =>
    Effect.gen(function* () {
      const raw = yield* signed(requests.RPC.form, kinds.ACS3["ACS3-HMAC-SHA256"]!)
      const xml = yield* judge(header("accept", () => "text/xml")(raw))
      assert.deepStrictEqual(xml, { _tag: "Accepted", seen: "XML" })
    })
  )
})
