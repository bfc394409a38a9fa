// Answers that no honest service gives, by number: the same number is the same answer, whoever asks.
import { gzipSync } from "node:zlib"

/** a generator of numbers from 0 to 1 */
const seeded = (seed) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** what draws with one generator */
const chooser = (random) => {
  const below = (end) => Math.floor(random() * end)
  const pick = (items) => items[below(items.length)]
  return { below, pick, chance: (share) => random() < share }
}

const statuses = [200, 200, 200, 200, 201, 202, 204, 206, 299, 300, 301, 302, 304, 307, 308]
const failures = [400, 400, 401, 403, 404, 405, 409, 413, 418, 429, 451, 500, 500, 502, 503, 504, 511, 599]
const types = [
  "application/json",
  "application/json;charset=utf-8",
  "APPLICATION/JSON",
  "application/json; charset=utf-16",
  "text/xml;charset=utf-8",
  "text/xml",
  "application/xml",
  "text/html",
  "application/octet-stream",
  "multipart/mixed; boundary=",
  ";;;",
  ""
]
const hints = ["-1", "0", "abc", "1e400", "99999999999", "5.5", " 7 ", "NaN", "Infinity", "0x10", "5, 5", ""]
const dates = ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday", "1e400", ""]
const encodings = ["gzip", "deflate", "br", "identity", "zstd", "gzip, gzip", "none"]

const names = [
  "Code",
  "code",
  "Message",
  "RequestId",
  "requestId",
  "HostId",
  "Success",
  "AccessDeniedDetail",
  "Recommend"
]
const strange = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "then",
  "toJSON",
  "",
  "a\u0000b"
]
const texts = [
  "Throttling.User",
  "InternalError",
  "SignatureDoesNotMatch",
  "InvalidTimeStamp.Expired",
  "InvalidSecurityToken.Expired",
  "SignatureNonceUsed",
  "200",
  "OK",
  "undefined",
  "",
  "\u001b[31mred\r\nX: 1",
  "\ud800",
  "%s%s%n",
  "${jndi:ldap://127.0.0.1/}",
  "A".repeat(70_000)
].map((text) => JSON.stringify(text))
const literals = ["null", "true", "0", "-0", "1e400", "9007199254740993", "12345678901234567890", "[]", "{}", "[1]"]

const jsonOf = ({ below, chance, pick }) => {
  const value = (depth) => {
    if (depth < 3 && chance(0.15)) return object(depth + 1)
    if (depth < 3 && chance(0.1)) return `[${Array.from({ length: below(4) }, () => value(depth + 1)).join(",")}]`
    return chance(0.5) ? pick(texts) : pick(literals)
  }
  const object = (depth) => {
    const members = Array.from({ length: below(5) }, () => {
      const name = chance(0.2) ? pick(strange) : pick(names)
      return `${JSON.stringify(name)}:${value(depth)}`
    })
    return `{${members.join(",")}}`
  }
  return object(0)
}

const nested = ({ below, chance, pick }) => {
  const depth = pick([5, 127, 128, 129, 500, 5_000, 50_000]) + below(3)
  const [opening, closing] = pick([
    ["[", "]"],
    ['{"a":', "}"],
    ["<a>", "</a>"]
  ])
  return `${opening.repeat(depth)}${opening === '{"a":' ? "1" : ""}${chance(0.5) ? closing.repeat(depth) : ""}`
}

const xml = ({ below, pick }) => {
  const text = pick([
    '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>m</Message><RequestId>r</RequestId></Error>',
    "<Error/>",
    "<Error><Code></Error>",
    "<Error><__proto__><polluted>1</polluted></__proto__></Error>",
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><Error><Code>&b;</Code></Error>',
    `<!DOCTYPE a [<!ENTITY b "${"b".repeat(50)}"><!ENTITY c "&b;&b;&b;">]><Error><Code>&c;&c;</Code></Error>`,
    "<html><body>502 Bad Gateway</body></html>",
    "<![CDATA[<Error>]]>"
  ])
  return text.slice(0, text.length - below(3) * below(20))
}

const scalars = [
  "",
  " ",
  "null",
  "1",
  '"x"',
  "true",
  "[]",
  "{}",
  "NaN",
  "undefined",
  "'x'",
  "\u0000",
  "{",
  "}",
  '"',
  "[1,]"
]

/** a text as bytes that may not be those of its UTF-8 */
const written = (text, { below, chance, pick }) => {
  if (chance(0.75)) return Buffer.from(text)
  const bytes = Buffer.from(text)
  switch (below(6)) {
    case 0:
      return Buffer.from(`\ufeff${text}`)
    case 1:
      return Buffer.from(text, "utf16le")
    case 2:
      return Buffer.concat([bytes, Buffer.from(pick(["garbage", "\u0000", "{}", "]"]))])
    case 3:
      return bytes.subarray(0, below(bytes.length + 1))
    case 4: {
      for (let flips = 1 + below(4); flips > 0 && bytes.length > 0; flips--) bytes[below(bytes.length)] ^= 1 << below(8)
      return bytes
    }
    default:
      return Buffer.concat([bytes, Buffer.from([0xc3, 0x28, 0xff])])
  }
}

const bodyOf = (draw) => {
  const { below, chance, pick } = draw
  if (chance(0.03)) return Buffer.from(Array.from({ length: below(200) }, () => below(256)))
  const text = chance(0.5) ? jsonOf(draw) : pick([() => pick(scalars), xml, nested, jsonOf])(draw)
  return written(text, draw)
}

const headersOf = (draw) => {
  const { chance, pick } = draw
  const headers = {}
  const put = (share, name, values) => {
    if (chance(share)) headers[name] = pick(values)
  }
  put(0.9, "content-type", types)
  put(0.1, "x-acs-retry-after", hints)
  put(0.1, "retry-after", hints)
  put(0.1, "date", dates)
  put(0.1, "x-acs-request-id", ["", "R", "r".repeat(5_000), "<script>"])
  put(0.05, "location", ["http://127.0.0.1:1/", "//evil.example/", ""])
  put(0.08, "content-encoding", encodings)
  return headers
}

const isJson = (bytes) => {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

/**
 * Answer number `number` of the grammar, as `faultServer` and `memoryClient` take it. `mustFail()`: a call that gets it
 * has failed, by its status or because what was asked for cannot be read from it.
 */
export const hostile = (number) => {
  const draw = chooser(seeded(number * 2_654_435_761))
  const { chance, pick } = draw
  if (chance(0.01)) return { answer: "reset", mustFail: () => true }
  const status = pick(chance(0.6) ? statuses : failures)
  const headers = headersOf(draw)
  const plain = bodyOf(draw)
  const body = headers["content-encoding"] === "gzip" && chance(0.5) ? gzipSync(plain) : plain
  const breaksOff = chance(0.02)
  const isEmpty = status === 204 || status === 205
  const mustFail = () => status >= 300 || (!isEmpty && (breaksOff || !isJson(plain)))
  return { answer: { status, headers, body, breaksOff }, mustFail }
}
