/**
 * Where the official Node clients and we differ on purpose. The differential tests allow these differences and no other,
 * and each must be seen, so that the list can neither hide a fault of ours nor outlive one of theirs.
 */
import * as querystring from "node:querystring"
import * as Call from "./support/Call.js"
import * as Compare from "./support/Compare.js"

/**
 * - `what` the peer does, what `ours` does instead, and `why`
 * - `shows`: in which respects the two then differ; `isHit`: whether a call runs into it
 * - `proof`: whether ours is right then, and the fault all there is between the two
 */
export interface Fault {
  readonly id: string
  readonly peer: ReadonlyArray<Call.Peer>
  readonly what: string
  readonly ours: string
  readonly why: string
  readonly shows: ReadonlyArray<Compare.Difference>
  readonly isHit: (call: Call.Call) => boolean
  readonly proof?: typeof Compare.differsInNamesOnly
}

const popRpc = ["pop-core RPC"] as const
const popRoa = ["pop-core ROA"] as const
const openapi = ["openapi-core RPC", "openapi-core ROA"] as const
const roa = ["pop-core ROA", "openapi-core ROA"] as const
const all = [...popRpc, ...popRoa, ...openapi] as const

/** once a call: every fault looks at the same values */
const once = (nodesOf: (call: Call.Call) => ReadonlyArray<Call.Node>) => {
  const known = new WeakMap<Call.Call, ReadonlyArray<Call.Node>>()
  return (call: Call.Call): ReadonlyArray<Call.Node> => {
    const nodes = known.get(call) ?? nodesOf(call)
    known.set(call, nodes)
    return nodes
  }
}
const query = once((call) => Call.nodes(Call.ourQueryOf(call)))
const form = once((call) => Call.nodes(Call.ourFormOf(call)))
const parameters = once((call) => [...query(call), ...form(call)])
const json = once((call) => (call.body.kind === "json" ? Call.nodes({ "": call.body.value }) : []))
const leaves = (nodes: ReadonlyArray<Call.Node>) => nodes.filter(({ kind }) => kind === "leaf")
const leafNames = (nodes: ReadonlyArray<Call.Node>) => leaves(nodes).map(({ path }) => path)

const isNotFinite = ({ value }: Call.Node) => typeof value === "number" && !Number.isFinite(value)
const isDate = ({ value }: Call.Node) => value instanceof Date
const isInstance = (node: Call.Node) => node.kind === "leaf" && typeof node.value === "object" && !isDate(node)
const isNullPrototype = ({ kind, value }: Call.Node) => kind === "record" && Object.getPrototypeOf(value) === null
const isProto = ({ path }: Call.Node) => path.split(".").includes("__proto__")
const isLone = (text: string) => /\p{Surrogate}/u.test(text)

/** names and values of parameters; node:querystring takes a surrogate and whatever follows it for one character */
const texts = (call: Call.Call) =>
  leaves(parameters(call)).flatMap(({ path, value }) => (typeof value === "string" ? [path, value] : [path]))
const canEscape = (text: string): boolean => {
  try {
    querystring.escape(text)
    return true
  } catch {
    return false
  }
}

const gatewayNames = new Set(
  "Action Version AccessKeyId BearerToken Signature SignatureMethod SignatureNonce SignatureType SignatureVersion".split(
    " "
  )
)
const systemNames = new Set(["Format", "Timestamp", "SecurityToken"])

const codePoints = (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0)
const compareCodePoints = (self: string, that: string): number => {
  const [a, b] = [codePoints(self), codePoints(that)]
  const at = a.findIndex((point, index) => point !== b[index])
  return at < 0 || at >= b.length ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? 0)
}
const sortsOtherwise = (names: ReadonlyArray<string>): boolean => {
  const byUnit = [...names].sort()
  return [...names].sort(compareCodePoints).some((name, at) => name !== byUnit[at])
}

const headerNames = (call: Call.Call) => Object.keys(call.headers).map((name) => name.toLowerCase())
const own =
  /^(host|authorization|date|connection|content-length|content-md5|x-acs-(date|signature-.*|content-sha256|security-token|accesskey-id|bearer-token|action|version))$/

const isEmptyBody = (body: Call.Body): boolean =>
  body.kind === "text" ? body.text === "" : (body.kind === "bytes" || body.kind === "stream") && body.bytes.length === 0

const values = (call: Call.Call) => call.path.flatMap((each) => ("value" in each ? [each.value] : []))
const isClimbing = (text: string) => ["", ".", ".."].includes(text)

export const faults: ReadonlyArray<Fault> = [
  {
    id: "null-as-text",
    peer: popRpc,
    what: "sends null and undefined as the texts 'null' and 'undefined'",
    ours: "leaves the parameter out; a list keeps the index of its other elements",
    why: "a service takes the text for a value, for instance for a name",
    shows: ["query", "signature"],
    isHit: (call) => parameters(call).some(({ kind }) => kind === "nothing")
  },
  {
    id: "object-as-text",
    peer: popRpc,
    what: "sends an object that is not an element of a list as '[object Object]' (TypeError when it has no prototype)",
    ours: "flattens at any depth",
    why: "the value is lost, and the call may succeed without it",
    shows: ["query", "signature", "refused by the peer"],
    isHit: (call) => parameters(call).some(({ isInList, kind }) => kind === "record" && !isInList)
  },
  {
    id: "date-as-local-text",
    peer: popRpc,
    what: "sends a Date as Date.toString() has it, in the local time zone",
    ours: "YYYY-MM-DDTHH:mm:ssZ, UTC",
    why: "no service reads that text",
    shows: ["query", "signature"],
    isHit: (call) => parameters(call).some(isDate)
  },
  {
    id: "instance-as-text",
    peer: [...popRpc, ...popRoa],
    what: "sends (ROA: signs) a Map, a Set or an instance as its text, for instance '[object Map]'",
    ours: "refuses it with its path",
    why: "the value is lost, and the call may succeed without it",
    shows: ["refused by us"],
    isHit: (call) => parameters(call).some(isInstance)
  },
  {
    id: "utf16-sort",
    peer: [...popRpc, ...popRoa],
    what: "sorts names by UTF-16 code unit",
    ours: "sorts by code point, which is the order of the UTF-8 bytes",
    why: "the published rule; the two differ for names with characters above U+FFFF beside such from U+E000 on",
    shows: ["signature"],
    isHit: (call) => sortsOtherwise(leafNames(call.peer === "pop-core ROA" ? query(call) : parameters(call))),
    proof: Compare.isSortedByCodePoint
  },
  {
    id: "action-header",
    peer: popRpc,
    what: "makes the first letter of the action upper case in the parameter, but not in the header x-acs-action",
    ours: "one action in both",
    why: "a gateway or proxy that routes by the header sees another action",
    shows: ["headers"],
    isHit: (call) => call.action !== Call.actionOf(call) && Object.keys(call.headers).length === 0
  },
  {
    id: "headers-replaced",
    peer: popRpc,
    what: "headers of the caller replace all of its own, x-acs-action, x-acs-version and user-agent among them",
    ours: "adds the caller's headers to its own",
    why: "setting one header must not take others away",
    shows: ["headers"],
    isHit: (call) => Object.keys(call.headers).length > 0
  },
  {
    id: "signed-otherwise-than-sent",
    peer: popRoa,
    what: "signs lists, objects, null and Dates in the query as String() has them and sends what querystring makes of them",
    ours: "flattens, leaves null out, writes a Date in UTC; what is signed is what is sent",
    why: "the gateway answers SignatureDoesNotMatch",
    shows: ["query", "signature"],
    isHit: (call) => query(call).some((node) => (node.kind === "leaf" ? isDate(node) : true))
  },
  {
    id: "unflattened-query",
    peer: openapi,
    what: "given a query that its caller has not flattened, signs a list as 'a,b' and sends it as repeated names; sends null",
    ours: "always flattens, and leaves null out",
    why: "the gateway answers SignatureDoesNotMatch",
    shows: ["query", "signature"],
    isHit: (call) => call.rawQuery && query(call).some((node) => node.kind !== "leaf" || isDate(node))
  },
  {
    id: "raw-names",
    peer: openapi,
    what: "signs the names of query parameters unencoded, sorted by UTF-16 code unit, and sends them encoded",
    ours: "encodes names as values, by RFC 3986, and sorts by code point",
    why: "the published rules encode names; for letters, digits and '-._~' both are the same",
    shows: ["signature"],
    isHit: (call) => leafNames(query(call)).some((name) => !/^[\w.~-]*$/.test(name)),
    proof: Compare.differsInNamesOnly
  },
  {
    id: "date-dropped",
    peer: openapi,
    what: "drops a Date among the parameters without a word",
    ours: "YYYY-MM-DDTHH:mm:ssZ, UTC",
    why: "the value is lost, and the call may succeed without it",
    shows: ["query", "body", "headers", "signature"],
    isHit: (call) => !call.rawQuery && parameters(call).some(isDate)
  },
  {
    id: "instance-dropped",
    peer: openapi,
    what: "drops a Map or a Set (in JSON: sends {}) and takes bytes apart into one parameter each",
    ours: "refuses it with its path",
    why: "the value is lost, and the call may succeed without it",
    shows: ["refused by us"],
    isHit: (call) => [...parameters(call), ...json(call)].some(isInstance)
  },
  {
    id: "null-prototype",
    peer: openapi,
    what: "throws a TypeError for an object without a prototype among the parameters",
    ours: "an object like any other",
    why: "parsers make such objects to be safe from __proto__",
    shows: ["refused by the peer"],
    isHit: (call) => parameters(call).some(isNullPrototype)
  },
  {
    id: "not-finite",
    peer: all,
    what: "sends NaN and Infinity as texts (in JSON: as null; pop-core ROA signs the text and sends nothing)",
    ours: "refuses the number with its path",
    why: "it is the outcome of a mistake, and no service reads it",
    shows: ["refused by us"],
    isHit: (call) => [...parameters(call), ...json(call)].some(isNotFinite)
  },
  {
    id: "name-twice",
    peer: [...popRpc, ...openapi],
    what: "of a nested value and its dotted name given as well, the later one wins without a word",
    ours: "refuses the second",
    why: "which of the two was meant is not ours to guess",
    shows: ["refused by us"],
    isHit: (call) => [leafNames(query(call)), leafNames(form(call))].some((names) => new Set(names).size < names.length)
  },
  {
    id: "empty-name",
    peer: openapi,
    what: "leaves out the first dot below a parameter of empty name: { '': { A: 1 } } becomes A=1",
    ours: ".A=1",
    why: "the name is that of another parameter",
    shows: ["query", "body", "headers", "signature"],
    isHit: (call) =>
      [Call.ourQueryOf(call), Call.ourFormOf(call)].some((given) =>
        Call.nodes({ "": given[""] }).some(({ kind, path }) => kind === "leaf" && path !== "")
      )
  },
  {
    id: "query-and-form",
    peer: [...popRoa, ...openapi],
    what: "sends a parameter that is given in both query and form twice",
    ours: "refuses it",
    why: "which of the two the service takes is not known",
    shows: ["refused by us"],
    isHit: (call) => {
      const names = new Set(leafNames(query(call)))
      return leafNames(form(call)).some((name) => names.has(name))
    }
  },
  {
    id: "gateway-names",
    peer: [...popRpc, "openapi-core RPC"],
    what: "takes parameters that the gateway takes for its own (Action, Signature, ...), which then replace or double them",
    ours: "refuses them",
    why: "a parameter that comes from outside could change the action, or the key",
    shows: ["refused by us"],
    isHit: (call) =>
      leafNames(parameters(call)).some(
        (name) => gatewayNames.has(name) || (call.algorithm === "HMAC-SHA1" && systemNames.has(name))
      )
  },
  {
    id: "proto-name",
    peer: all,
    what: "drops a parameter named __proto__ without a word, or makes it the prototype (pop-core ROA sends it)",
    ours: "refuses it",
    why: "it is an attack or a mistake",
    shows: ["refused by us"],
    isHit: (call) => parameters(call).some(isProto)
  },
  {
    id: "lower-case-method",
    peer: all,
    what: "pop-core RPC sends the parameters of a 'post' in the URL; the others sign the method as given and send POST",
    ours: "refuses it",
    why: "the gateway answers SignatureDoesNotMatch; in a URL parameters end up in logs",
    shows: ["refused by us"],
    isHit: ({ method }) => method !== method.toUpperCase()
  },
  {
    id: "body-on-get",
    peer: [...popRoa, ...openapi],
    what: "of a GET with a body openapi-core signs the body and does not send it; pop-core sends it",
    ours: "refuses it",
    why: "the gateway answers SignatureDoesNotMatch; what servers between make of such a body is not known",
    shows: ["refused by us"],
    isHit: ({ body, method }) => method === "GET" && body.kind !== "none"
  },
  {
    id: "body-on-delete",
    peer: openapi,
    what: "sends the body of a DELETE with neither content-length nor chunks: the server reads none, and takes it for a request",
    ours: "sends it with its length",
    why: "the body is lost, and a body can be made that is a request of its own",
    shows: ["body"],
    isHit: ({ body, method }) => method === "DELETE" && body.kind !== "none" && !isEmptyBody(body)
  },
  {
    id: "path-as-given",
    peer: roa,
    what: "leaves encoding the path to its caller: signs it as given and sends what url.parse makes of it, or throws",
    ours: "encodes each value as one segment, by RFC 3986; what is signed is what is sent",
    why: "a value with '/', '?' or '#' names another resource; other characters end in SignatureDoesNotMatch",
    shows: ["path", "query", "signature", "refused by the peer"],
    isHit: (call) => call.rawPath && values(call).some((value) => Call.encode(value) !== value)
  },
  {
    id: "climbing-path",
    peer: roa,
    what: "sends a path value that is empty, '.' or '..'",
    ours: "refuses it",
    why: "DELETE /clusters/<nothing> is another call than the one meant",
    shows: ["refused by us"],
    isHit: (call) => values(call).some(isClimbing)
  },
  {
    id: "header-tab",
    peer: popRoa,
    what: "signs a tab within an x-acs- header as a space, and sends the tab",
    ours: "signs the value as it is sent",
    why: "neither the published rules nor the Python SDK change the inside of a value",
    shows: ["signature"],
    isHit: ({ headers }) =>
      Object.entries(headers).some(([name, value]) => /^x-acs-/i.test(name) && value.trim().includes("\t"))
  },
  {
    id: "accept-untrimmed",
    peer: popRoa,
    what: "signs an accept with the white space around it, which HTTP drops",
    ours: "signs it trimmed, as the gateway sees it",
    why: "the gateway answers SignatureDoesNotMatch",
    shows: ["signature"],
    isHit: ({ headers }) =>
      Object.entries(headers).some(([name, value]) => name.toLowerCase() === "accept" && value !== value.trim())
  },
  {
    id: "header-twice",
    peer: [...popRoa, ...openapi],
    what: "of a header in two spellings sends the later one; openapi-core signs both",
    ours: "refuses it",
    why: "the gateway answers SignatureDoesNotMatch",
    shows: ["refused by us"],
    isHit: (call) => new Set(headerNames(call)).size < headerNames(call).length
  },
  {
    id: "own-header",
    peer: [...popRoa, ...openapi],
    what: "lets the caller overrule date, nonce, version and the like",
    ours: "refuses headers that belong to the signature or the connection",
    why: "a fixed nonce or date makes calls fail, or be taken for replays",
    shows: ["refused by us"],
    isHit: (call) => headerNames(call).some((name) => own.test(name))
  },
  {
    id: "header-latin1",
    peer: [...popRoa, ...openapi],
    what: "signs a character from U+0080 to U+00FF in a header as UTF-8 and sends it as one byte",
    ours: "refuses it",
    why: "the gateway answers SignatureDoesNotMatch; HTTP gives such bytes no meaning",
    shows: ["refused by us"],
    isHit: ({ headers }) =>
      Object.values(headers).some((value) => /^[\t\x20-\xff]*$/.test(value) && /[\x80-\xff]/.test(value))
  },
  {
    id: "content-type-overruled",
    peer: openapi,
    what: "replaces a content-type that the caller gives for a JSON body",
    ours: "sends the caller's",
    why: "application/merge-patch+json and application/json are two things",
    shows: ["headers", "signature"],
    isHit: ({ body, headers }) =>
      (body.kind === "json" || body.kind === "text" || body.kind === "stream") && Object.hasOwn(headers, "content-type")
  },
  {
    id: "json-bigint",
    peer: openapi,
    what: "throws a TypeError for a bigint in a JSON body",
    ours: "writes it as a number, in full",
    why: "ids above 2^53 are common",
    shows: ["refused by the peer"],
    isHit: (call) => json(call).some(({ value }) => typeof value === "bigint")
  },
  {
    id: "json-date",
    peer: openapi,
    what: "writes a Date in a JSON body with milliseconds",
    ours: "YYYY-MM-DDTHH:mm:ssZ, as everywhere",
    why: "the services' one form of time; not a fault of the peer, a choice",
    shows: ["body", "headers", "signature"],
    isHit: (call) => json(call).some(isDate)
  },
  {
    id: "json-null",
    peer: openapi,
    what: "takes a JSON body of null for no body",
    ours: "sends null; Body.empty is no body",
    why: "what is given is sent",
    shows: ["body", "headers", "signature"],
    isHit: ({ body }) => body.kind === "json" && body.value === null
  },
  {
    id: "json-text",
    peer: openapi,
    what: "sends a text given as JSON value as it is, without quotes",
    ours: "sends the JSON of the value; Body.text sends a text as it is",
    why: "a value of type text could not be sent else",
    shows: ["body", "headers", "signature"],
    isHit: ({ body }) => body.kind === "json" && typeof body.value === "string"
  },
  {
    id: "lone-surrogate",
    peer: [...popRoa, ...openapi],
    what: "sends U+FFFD for a lone surrogate in a text body; makes one of it and the next character in a query or form",
    ours: "refuses it",
    why: "the text has no UTF-8 form: something else is sent than was given. Elsewhere both sides refuse it",
    shows: ["refused by us"],
    isHit: (call) =>
      (call.body.kind === "text" && isLone(call.body.text)) ||
      (texts(call).some(isLone) && texts(call).every(canEscape))
  }
]

/**
 * Differences in every call of a kind, that the tests level out before they compare: neither side is wrong. In the last
 * column how.
 */
export const levelled: ReadonlyArray<Pick<Fault, "id" | "peer" | "what" | "ours" | "why"> & { readonly how: string }> =
  [
    {
      id: "signature-type",
      peer: popRpc,
      what: "sends no SignatureType",
      ours: "sends SignatureType= with an access key",
      why: "the Python SDK does",
      how: "the peer is given the parameter"
    },
    {
      id: "place-of-parameters",
      peer: popRpc,
      what: "sends all parameters of a POST in the form",
      ours: "sends those of the signature in the query, the caller's where they are given",
      why: "the Python SDK does; the signature covers both alike",
      how: "query and form are compared as one set"
    },
    {
      id: "md5-of-nothing",
      peer: popRoa,
      what: "sends and signs the content-md5 of an empty body",
      ours: "sends content-md5 only with a body",
      why: "the Python SDK does",
      how: "the line is put into our string to sign, and that is signed and compared"
    },
    {
      id: "accesskey-id-header",
      peer: popRoa,
      what: "sends and signs x-acs-accesskey-id beside a security token",
      ours: "sends the token alone with version 1 signatures",
      why: "the Python SDK does; the id stands in the authorization header",
      how: "the line is put into our string to sign, and that is signed and compared"
    },
    {
      id: "credentials-provider",
      peer: openapi,
      what: "sends and signs the name of the credential's provider, x-acs-credentials-provider",
      ours: "does not",
      why: "it tells the service how the caller keeps keys",
      how: "our request is given the header"
    },
    {
      id: "type-of-bytes",
      peer: openapi,
      what: "sends no content-type with bytes",
      ours: "sends the one the body has",
      why: "HTTP asks for it",
      how: "the peer is given the header"
    },
    {
      id: "region",
      peer: all,
      what: "knows of no region",
      ours: "sends RegionId, and x-acs-region-id with ROA, unless the caller gives it",
      why: "the Python SDK does",
      how: "both are given the parameter; or the peer what we add"
    }
  ]
