/** A grammar of hostile answers: documents as the gateway writes them, bent; statuses, headers and connections likewise. */
import * as fc from "fast-check"
import { gzipSync } from "node:zlib"

interface Answer {
  readonly _tag: "Answer"
  readonly status: number
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly bytes: Uint8Array
  /** how it comes: at once, byte by byte, with a break at its end, or a silence, or never ending */
  readonly flow: "whole" | "chunks" | "breaks" | "stalls" | "endless"
}

/** an answer, what breaks the connection, or silence */
export type Exchange = Answer | { readonly _tag: "Failure"; readonly cause: unknown } | { readonly _tag: "Silence" }

const codes = [
  "Throttling.User",
  "Throttling",
  "ServiceUnavailable",
  "InternalError",
  "SystemBusy",
  "LastTokenProcessing",
  "IdempotenceProcessing",
  "OperationConflict",
  "IncorrectStatus",
  "InvalidTimeStamp.Expired",
  "SignatureNonceUsed",
  "InvalidSecurityToken.Expired",
  "InvalidSecurityToken.MismatchWithAccessKey",
  "SignatureDoesNotMatch",
  "InvalidAccessKeyId.NotFound",
  "Forbidden.RAM",
  "InvalidParameter",
  "isv.BUSINESS_LIMIT_CONTROL",
  "OK",
  "200",
  "",
  "__proto__",
  "constructor"
]

const json = (value: unknown) => JSON.stringify(value)

const documents: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...codes).map((Code) => json({ RequestId: "R", Code, Message: "said the service", HostId: "h" })),
  fc.constantFrom(...codes).map((code) => json({ requestId: "R", code, message: "said the service" })),
  fc
    .constantFrom(...codes)
    .map((code) => `<Error><Code>${code}</Code><Message>m &amp; m</Message><RequestId>R</RequestId></Error>`),
  fc.constantFrom(
    "",
    "{}",
    "null",
    "[]",
    "0",
    '""',
    json({ RequestId: "R", Regions: { Region: [{ RegionId: "cn-hangzhou" }, { RegionId: "cn-beijing" }] } }),
    json({ RequestId: "R", Code: "isv.AMOUNT_NOT_ENOUGH", Message: "no", Success: false }),
    json({ RequestId: "R", Code: { toString: 1 }, Message: [[]], AccessDeniedDetail: { a: { b: { c: 1 } } } }),
    '{"__proto__":{"Code":"x"},"constructor":{"prototype":{"Code":"x"}},"toString":1}',
    '{"id":9007199254740993,"n":1e400,"z":-0,"RequestId":12345678901234567890}',
    "<html><head><title>502</title></head><body>nginx</body></html>",
    '<?xml version="1.0"?><R><RequestId>R</RequestId><Region><RegionId>cn</RegionId></Region></R>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    "upstream connect error or disconnect/reset before headers",
    "data: {}\n\ndata: [DONE]\n\n"
  ),
  fc.json({ maxDepth: 4 })
)

const splice = (bytes: Buffer, from: number, to: number, put: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)])

const insertions = [
  "\uFEFF",
  "\0",
  "\r\n",
  "]",
  "}",
  "<",
  "{",
  '"',
  "\\",
  ",",
  "\u2028",
  "\uD83D\uDE00",
  "&x;",
  "<![CDATA["
].map((text) => Buffer.from(text))
const ill = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xfe, 0xff], [0xf4, 0x90, 0x80, 0x80]].map((bytes) =>
  Buffer.from(bytes)
)
const values = ["null", "[]", "{}", "true", "-1", "1e999", '"\\ud800"', `"${"x".repeat(3000)}"`, "[".repeat(300)]

type Bend = (bytes: Buffer) => Buffer

/** somewhere: a fraction of the length */
const place = fc.double({ min: 0, max: 1, noNaN: true })
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length)

const bends: fc.Arbitrary<Bend> = fc.oneof(
  place.map(
    (where): Bend =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where))
  ),
  fc.tuple(place, fc.nat(255)).map(
    ([where, byte]): Bend =>
      (bytes) =>
        splice(bytes, at(bytes, where), at(bytes, where) + 1, Buffer.of(byte))
  ),
  fc.tuple(place, fc.constantFrom(...insertions, ...ill)).map(
    ([where, put]): Bend =>
      (bytes) =>
        splice(bytes, at(bytes, where), at(bytes, where), put)
  ),
  fc.tuple(place, fc.nat(20)).map(
    ([where, length]): Bend =>
      (bytes) =>
        splice(bytes, at(bytes, where), at(bytes, where) + length, Buffer.alloc(0))
  ),
  // a value in place of another
  fc.tuple(fc.nat(4), fc.constantFrom(...values)).map(([turn, value]): Bend => (bytes) => {
    let seen = 0
    return Buffer.from(
      bytes.toString("latin1").replace(/:("[^"]*"|[\d.e-]+)/g, (found) => (seen++ === turn ? `:${value}` : found)),
      "latin1"
    )
  }),
  fc.constantFrom(1, 10, 100, 128, 129, 2000).map(
    (depth): Bend =>
      (bytes) =>
        Buffer.concat([Buffer.from("[".repeat(depth)), bytes, Buffer.from("]".repeat(depth))])
  ),
  fc.constantFrom(1, 129, 2000).map(
    (depth): Bend =>
      (bytes) =>
        Buffer.concat([Buffer.from("<a>".repeat(depth)), bytes, Buffer.from("</a>".repeat(depth))])
  ),
  fc.constantFrom(2, 50).map(
    (times): Bend =>
      (bytes) =>
        Buffer.concat(Array.from({ length: times }, () => bytes))
  ),
  fc.constantFrom<BufferEncoding>("utf16le", "base64", "hex").map(
    (encoding): Bend =>
      (bytes) =>
        encoding === "utf16le" ? Buffer.from(bytes.toString(), encoding) : Buffer.from(bytes.toString(encoding))
  ),
  fc.constant<Bend>((bytes) => gzipSync(bytes, { level: 1 }))
)

const bodies = fc
  .tuple(
    documents,
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 5, arbitrary: fc.array(bends, { maxLength: 3 }) })
  )
  .map(([text, bent]) => bent.reduce<Buffer>((bytes, bend) => bend(bytes), Buffer.from(text)))

const hints = ["", "0", "-1", "abc", "1e400", "99999999999", "5.5", " 7 ", "1500", "1, 2", "NaN", "0x10"]
const dates = [
  "Thu, 01 Jan 1970 00:00:00 GMT",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "Thu, 01 Jan 2026 00:00:03 GMT",
  "garbage",
  ""
]

const headers: fc.Arbitrary<ReadonlyArray<readonly [string, string]>> = fc.array(
  fc.oneof(
    ...(
      [
        ["x-acs-retry-after", hints],
        ["retry-after", [...hints, ...dates]],
        ["date", dates],
        ["x-acs-request-id", ["H-1", "", "x".repeat(9000), "a\tb"]],
        ["content-length", ["0", "1", "-1", "5", "1e9", "99999999999999999999"]],
        ["content-encoding", ["gzip", "br", "identity", "gzip, gzip", "x-unknown"]],
        [
          "content-type",
          ["text/html", "application/json; charset=utf-16", "application/xml", ";;", "text/event-stream"]
        ],
        ["location", ["http://127.0.0.1:1/", "//evil.example", "\\\\"]],
        ["transfer-encoding", ["chunked"]],
        ["x-acs-trace-id", ["\u00ff"]]
      ] as const
    ).map(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const))
  ),
  { maxLength: 3 }
)

const statuses = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(200, 200, 200, 201, 202, 204, 205, 206, 299) },
  { weight: 5, arbitrary: fc.constantFrom(400, 403, 404, 408, 409, 429, 500, 502, 503, 504) },
  { weight: 2, arbitrary: fc.integer({ min: 200, max: 599 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 100, 101, 103, 199, 300, 301, 302, 304, 307, 600, 999) }
)

const answers: fc.Arbitrary<Exchange> = fc.record({
  _tag: fc.constant("Answer" as const),
  status: statuses,
  headers,
  bytes: bodies,
  flow: fc.oneof(
    { weight: 240, arbitrary: fc.constant("whole" as const) },
    { weight: 60, arbitrary: fc.constantFrom("chunks" as const, "breaks" as const, "stalls" as const) },
    { weight: 1, arbitrary: fc.constant("endless" as const) }
  )
})

const loop = new Error("caused by itself")
loop.cause = loop

const causes: fc.Arbitrary<unknown> = fc.oneof(
  fc
    .constantFrom(
      "ECONNREFUSED",
      "ECONNRESET",
      "EPIPE",
      "ENOTFOUND",
      "EAI_AGAIN",
      "UND_ERR_SOCKET",
      "CERT_HAS_EXPIRED",
      "EMFILE",
      "?"
    )
    .map((code) => Object.assign(new Error("broke"), { code })),
  fc.constantFrom<unknown>(undefined, null, "text", 42, loop, {}, new TypeError("fetch failed"))
)

const exchanges: fc.Arbitrary<Exchange> = fc.oneof(
  { weight: 20, arbitrary: answers },
  { weight: 3, arbitrary: causes.map((cause) => ({ _tag: "Failure", cause }) as const) },
  { weight: 1, arbitrary: fc.constant({ _tag: "Silence" } as const) }
)

/** what a call meets, attempt by attempt; the last goes on for ever */
export const encounters: fc.Arbitrary<ReadonlyArray<Exchange>> = fc.array(exchanges, { minLength: 1, maxLength: 4 })
