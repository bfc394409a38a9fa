/** The chaos matrix: each row a fault or a bad input that calls must withstand. A test stands for a row by its title. */

/** the letter that the ids of a section begin with, its name, and its rows */
export const sections: ReadonlyArray<readonly [name: string, rows: Readonly<Record<string, string>>]> = [
  [
    "Retries",
    {
      R01: "503 twice, then an answer",
      R02: "503 for ever",
      R03: "the table of waits",
      R04: "jitter is even",
      R05: "the budget in an outage",
      R06: "the budget under throttling",
      R07: "the tokens of the budget, by a model",
      R08: "an empty budget",
      R09: "the hint of the service",
      R10: "throttling of an unknown name",
      R11: "hints that are none",
      R12: "what attempts cost and give back",
      R13: "codes that do not get better",
      R14: "status 500 with such a code",
      R15: "still in progress, and busy",
      R16: "conflicts",
      R17: "no wait beyond the deadline",
      R18: "numbers of attempts that are none",
      R19: "no retries below the retries",
      R21: "the circuit breaker"
    }
  ],
  [
    "Idempotency and outcome",
    {
      I01: "a read by POST, reset after it was sent",
      I02: "a write without token, reset",
      I03: "one token over all attempts",
      I04: "tokens that are none",
      I05: "a write that was never sent",
      I06: "a write that was throttled",
      I07: "a write of unknown outcome",
      I08: "a token used for something else"
    }
  ],
  [
    "Time limits and interruption",
    {
      T01: "no connection",
      T02: "no answer",
      T03: "the deadline over everything",
      T04: "a deadline that has passed",
      T05: "interruption at any moment",
      T06: "the losers of a race",
      T07: "a thousand interrupted calls",
      T08: "operations that take long",
      T09: "a clock that jumps"
    }
  ],
  [
    "Network and connections",
    {
      N01: "refused",
      N02: "reset before an answer",
      N03: "reset inside the headers",
      N04: "reset inside the body",
      N05: "closed inside the body",
      N06: "a body longer than it says",
      N07: "closed right after the answer",
      N08: "a pooled socket without a peer",
      N09: "informational answers",
      N10: "huge or broken headers",
      N11: "no HTTP",
      N12: "redirects",
      N13: "a storm of 503",
      N14: "bodies where none may be, and none where one must be",
      N15: "more calls than connections",
      N16: "no file descriptors left",
      N17: "accepted and closed"
    }
  ],
  [
    "Bodies and decoding",
    {
      B01: "JSON that was cut",
      B02: "HTML",
      B03: "byte order marks and other encodings",
      B04: "names of the prototype chain",
      B05: "numbers beyond a double",
      B06: "a gzip bomb",
      B07: "a body without end",
      B08: "encodings nested, unknown, corrupt, cut",
      B09: "external XML entities",
      B10: "XML entities that multiply",
      B11: "XML nested deeply",
      B12: "XML tags of the prototype chain",
      B13: "a failure with status 200",
      B14: "a long RPC query",
      B15: "100,000 hostile answers",
      B16: "hostile event streams"
    }
  ],
  [
    "Clock, nonce, signature",
    {
      K01: "a clock an hour ahead",
      K02: "a clock an hour behind",
      K03: "a clock just good enough",
      K04: "no Date to learn from",
      K05: "a Date that took too long",
      K06: "Dates that are none",
      K07: "a thousand calls with a wrong clock",
      K08: "three million nonces",
      K09: "what changes between attempts",
      K10: "a signature that does not match",
      K11: "credentials end by the right clock"
    }
  ],
  [
    "Credential cache and chain",
    {
      C01: "a thousand at an empty cache",
      C02: "expiry under a thousand fibers",
      C03: "who refreshes is interrupted",
      C04: "a refresh that fails early",
      C05: "a refresh that fails late",
      C06: "a refresh that brings nothing new",
      C07: "answers that are no credentials",
      C08: "a refresh that hangs",
      C09: "expired at the service alone",
      C10: "failures are not kept",
      C11: "a thousand at the default chain",
      C12: "the chain goes to no wider identity",
      C13: "AssumeRole throttled",
      C14: "token files that change",
      C15: "refreshes spread out"
    }
  ],
  [
    "Metadata service and credential URIs",
    {
      M01: "a token first",
      M02: "no token",
      M03: "a token that ended",
      M04: "role names",
      M05: "no proxy",
      M06: "huge answers",
      M07: "redirects",
      M08: "line breaks in token files",
      M09: "switched off"
    }
  ],
  [
    "Secrets",
    {
      S01: "no canary anywhere",
      S02: "nor in values",
      S03: "nor in debug output",
      S04: "nor in URLs",
      S05: "nor in telemetry",
      S06: "nor in the URL of a proxy",
      S07: "nor from credential processes",
      S08: "presigned URLs are redacted"
    }
  ],
  [
    "Injection and input",
    {
      J01: "regions",
      J02: "endpoints",
      J03: "path parameters",
      J04: "headers",
      J05: "actions and versions",
      J06: "parameter objects",
      J07: "10,000 signatures as the official signer makes them"
    }
  ],
  [
    "Files and processes",
    {
      F01: "files open to others",
      F02: "tokens written back",
      F03: "killed while writing",
      F04: "two that refresh one token",
      F05: "files that are none",
      F06: "nothing may be read",
      F07: "words of a command",
      F08: "processes that misbehave"
    }
  ],
  [
    "Proxy, TLS, DNS",
    {
      P01: "calls go by the proxy",
      P02: "proxies that misbehave",
      P03: "credentials of the proxy",
      P04: "certificates that are not to be trusted",
      P05: "old TLS",
      P06: "certificates of one's own",
      P07: "names that do not resolve",
      P08: "names that resolve anew"
    }
  ],
  [
    "Leaks and load",
    {
      L01: "100,000 interrupted calls leave nothing",
      L02: "100,000 calls leave nothing",
      L03: "10,000 failures leave nothing",
      L04: "an idle client ends",
      L05: "recovery after a storm",
      L06: "the event loop under large answers"
    }
  ],
  [
    "Supply chain and package",
    {
      X01: "install scripts",
      X02: "runtime packages",
      X03: "what is packed",
      X04: "modules that may reach outside",
      X05: "mutants of classifier, backoff, redactor",
      X06: "bill of materials and provenance"
    }
  ]
]

/** rows that are proven elsewhere, or will be */
export const elsewhere: Readonly<Record<string, string>> = {
  B16: "later: typed operations",
  L01: "npm run test:soak",
  L02: "npm run test:soak",
  X01: "later: packaging",
  X02: "later: packaging",
  X03: "later: packaging",
  X04: "later: packaging",
  X05: "npm run test:soak",
  X06: "later: packaging"
}

/** Rows that no test stands for yet. It only shrinks: a row that has a test must not be here. */
export const pending: ReadonlyArray<string> = []
