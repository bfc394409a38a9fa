/** Alidns: domains and their records, and what cannot stand beside what. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Xml from "@effect-aliyun/core/Xml"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"
import * as rules from "../../src/internal/services/alidns/rules.js"
import { as, doors, outcome, people, send, sign, signers } from "../support/Doors.js"

const alidns = { product: "Alidns", version: "2015-01-09" } as const
type Query = Record<string, unknown>

const ask = (action: string, query: Query = {}) => AcsClient.rpc({ ...alidns, action, query })
const tell = (action: string, query: Query = {}) =>
  Effect.flatMap(ask(action, query), (response) => Effect.map(response.json, (body) => body as any))

const www = { DomainName: "example.com", RR: "www", Type: "A", Value: "192.0.2.1" }
const add = (query: Query = {}) =>
  Effect.map(tell("AddDomainRecord", { ...www, ...query }), ({ RecordId }): string => RecordId)
const adding = (query: Query) => outcome(ask("AddDomainRecord", { ...www, ...query }))
const { DomainName: _, ...same } = www
const updating = (RecordId: string, query: Query = {}) =>
  outcome(ask("UpdateDomainRecord", { RecordId, ...same, ...query }))
const info = (RecordId: string) => tell("DescribeDomainRecordInfo", { RecordId })

const records = (query: Query = {}) =>
  Effect.map(
    tell("DescribeDomainRecords", { DomainName: "example.com", ...query }),
    ({ DomainRecords }) => DomainRecords.Record as ReadonlyArray<any>
  )
/** in short, the newest first */
const listed = (query: Query = {}) =>
  Effect.map(records(query), (found) => found.map(({ RR, Type, Value }) => `${RR} ${Type} ${Value}`))
const domains = (query: Query = {}) =>
  Effect.map(tell("DescribeDomains", query), ({ Domains }) =>
    Domains.Domain.map(({ DomainName }: { readonly DomainName: string }) => DomainName)
  )

const inMemory = <A, E>(test: () => Effect.Effect<A, E, AcsClient.Services | Emulator.Emulator>) =>
  test().pipe(as(people.tester), Effect.provide(doors["in memory"]))

for (const [door, layer] of Object.entries(doors)) {
  for (const [name, signer] of Object.entries(signers)) {
    it.effect(`${door}, by ${name}: adds, updates, stops and deletes a record`, () =>
      Effect.gen(function* () {
        const RecordId = yield* add({ RR: "_acme-challenge", Type: "TXT", Value: "a~*'()=+/ 中" })
        assert.match(RecordId, /^\d+$/)
        assert.deepInclude((yield* records())[0], { RecordId, Value: "a~*'()=+/ 中", Status: "Enable" })
        const updated = { RecordId, RR: "_acme-challenge", Type: "TXT", Value: "b" }
        assert.deepInclude(yield* tell("UpdateDomainRecord", updated), { RecordId })
        assert.deepStrictEqual(yield* listed(), ["_acme-challenge TXT b"])
        const stopped = yield* tell("SetDomainRecordStatus", { RecordId, Status: "Disable" })
        assert.deepInclude(stopped, { RecordId, Status: "Disable" })
        assert.strictEqual((yield* info(RecordId)).Status, "Disable")
        assert.deepInclude(yield* tell("DeleteDomainRecord", { RecordId }), { RecordId })
        assert.deepStrictEqual(yield* listed(), [])
        assert.strictEqual((yield* Emulator.calls).filter(({ product }) => product === "Alidns").length, 8)
      }).pipe(as(people.tester, signer), Effect.provide(layer))
    )
  }
}

describe("domains", () => {
  it.effect("there are two, and more can be added", () =>
    inMemory(() =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* domains(), ["example.com", "example.org"])
        yield* TestClock.setTime(Date.UTC(2024, 0, 30, 5, 25, 59))
        const added = yield* tell("AddDomain", { DomainName: "Probe.EXAMPLE.net" })
        assert.match(added.DomainId, /^[0-9a-f-]{36}$/)
        assert.deepInclude(added, { DomainName: "probe.example.net", PunyCode: "probe.example.net" })
        assert.deepStrictEqual(added.DnsServers, { DnsServer: ["ns1.alidns.com", "ns2.alidns.com"] })
        assert.deepStrictEqual(yield* domains(), ["example.com", "example.org", "probe.example.net"])
        yield* add({ DomainName: "PROBE.example.net" })
        const [found] = (yield* tell("DescribeDomains", { KeyWord: "probe" })).Domains.Domain
        assert.deepInclude(found, {
          DomainId: added.DomainId,
          CreateTime: "2024-01-30T05:25Z",
          CreateTimestamp: Date.UTC(2024, 0, 30, 5, 25, 59),
          RecordCount: 1,
          VersionCode: "mianfei"
        })
        assert.deepInclude(yield* tell("AddDomain", { DomainName: "中文.com" }), { PunyCode: "xn--fiq228c.com" })
      })
    )
  )

  it.effect("a domain goes with its records, and nobody else's", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const gone = yield* add()
        const kept = yield* add({ DomainName: "example.org" })
        assert.deepInclude(yield* tell("DeleteDomain", { DomainName: "EXAMPLE.com" }), { DomainName: "example.com" })
        assert.deepStrictEqual(yield* domains(), ["example.org"])
        assert.strictEqual(
          yield* outcome(ask("DescribeDomainRecordInfo", { RecordId: gone })),
          "400 DomainRecordNotBelongToUser"
        )
        assert.deepInclude(yield* info(kept), { RecordId: kept, DomainName: "example.org" })
        yield* tell("AddDomain", { DomainName: "example.com" })
        assert.deepStrictEqual(yield* listed(), [])
      })
    )
  )

  it.effect("DescribeDomains by key word and page", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const rows: ReadonlyArray<readonly [Query, ReadonlyArray<string>]> = [
          [{ KeyWord: "EXAMPLE" }, ["example.com", "example.org"]],
          [{ KeyWord: "org" }, ["example.org"]],
          [{ KeyWord: "org", SearchMode: "LIKE" }, ["example.org"]],
          [{ KeyWord: "org", SearchMode: "EXACT" }, []],
          [{ KeyWord: "Example.org", SearchMode: "EXACT" }, ["example.org"]],
          [{ PageSize: 1 }, ["example.com"]],
          [{ PageSize: 1, PageNumber: 2 }, ["example.org"]],
          [{ PageSize: 1, PageNumber: 3 }, []]
        ]
        for (const [query, expected] of rows) assert.deepStrictEqual(yield* domains(query), expected)
        assert.deepInclude(yield* tell("DescribeDomains", { PageSize: 1, PageNumber: 2 }), {
          TotalCount: 2,
          PageNumber: 2,
          PageSize: 1
        })
        assert.deepInclude(yield* tell("DescribeDomains"), { TotalCount: 2, PageNumber: 1, PageSize: 20 })
      })
    )
  )

  it.effect("DescribeDomainInfo, with details when asked", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const plain = yield* tell("DescribeDomainInfo", { DomainName: "Example.com" })
        assert.deepInclude(plain, { DomainName: "example.com", MinTtl: 600, AliDomain: false })
        assert.isNotEmpty(plain.DomainId)
        assert.notProperty(plain, "RecordLines")
        const detailed = yield* tell("DescribeDomainInfo", { DomainName: "example.com", NeedDetailAttributes: true })
        assert.strictEqual(detailed.RecordLines.RecordLine[0].LineCode, "default")
        assert.include(detailed.AvailableTtls.AvailableTtl, "600")
        assert.property(JSON.parse(detailed.RecordLineTreeJson), "telecom")
      })
    )
  )

  it.effect("refuses what is no domain, is not there, or is there already", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const actions = ["AddDomain", "DeleteDomain", "DescribeDomainInfo", "DescribeDomainRecords"]
        const wrong = ["example", ".com", "-a.com", "a-.com", "_acme-challenge.example.com", "a..com", "a b.com", "a.1"]
        for (const action of actions) {
          for (const DomainName of [...wrong, `${"a".repeat(64)}.com`, `${"a.".repeat(126)}com`]) {
            assert.strictEqual(yield* outcome(ask(action, { DomainName })), "400 InvalidDomainName.Format", DomainName)
          }
          assert.strictEqual(yield* outcome(ask(action)), "400 MissingParameter")
          assert.strictEqual(yield* outcome(ask(action, { DomainName: "" })), "400 MissingParameter")
          if (action === "AddDomain") continue
          for (const DomainName of ["example.net", "www.example.com", "com.example"]) {
            assert.strictEqual(yield* outcome(ask(action, { DomainName })), "400 InvalidDomainName.NoExist")
          }
        }
        assert.strictEqual(yield* adding({ DomainName: "example.net" }), "400 InvalidDomainName.NoExist")
        assert.strictEqual(yield* adding({ DomainName: "a_b.net" }), "400 InvalidDomainName.Format")
        assert.strictEqual(
          yield* outcome(ask("AddDomain", { DomainName: "EXAMPLE.com" })),
          "400 InvalidDomainName.Duplicate"
        )
        const error: any = yield* Effect.flip(ask("DescribeDomainInfo", { DomainName: "example.net" }))
        assert.strictEqual(
          error.serverMessage,
          "The specified domain name does not exist. Refresh the page and try again."
        )
        assert.deepStrictEqual(yield* domains(), ["example.com", "example.org"])
      })
    )
  )
})

describe("AddDomainRecord", () => {
  it.effect("keeps what it was told, and fills in the rest", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_700_000_000_000)
        const RecordId = yield* add({ TTL: 3600, Line: "telecom", Priority: 5 })
        const [record] = yield* records()
        assert.deepStrictEqual(record, {
          RecordId,
          ...www,
          TTL: 3600,
          Line: "telecom",
          Status: "Enable",
          Locked: false,
          CreateTimestamp: 1_700_000_000_000,
          UpdateTimestamp: 1_700_000_000_000
        })
        const mx = yield* add({ RR: "@", Type: "mx", Value: "mail.example.com", Priority: 50 })
        const { RequestId: _, ...found } = yield* info(mx)
        const { DomainId } = yield* tell("DescribeDomainInfo", { DomainName: "example.com" })
        assert.deepStrictEqual(found, {
          RecordId: mx,
          DomainId,
          DomainName: "example.com",
          PunyCode: "example.com",
          GroupId: "defaultGroup",
          RR: "@",
          Type: "MX",
          Value: "mail.example.com",
          TTL: 600,
          Line: "default",
          Priority: 50,
          Status: "Enable",
          Locked: false
        })
      })
    )
  )

  it.effect("takes values of every type, and no others", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const types: Readonly<Record<string, readonly [good: ReadonlyArray<string>, bad: ReadonlyArray<string>]>> = {
          A: [
            ["0.0.0.0", "255.255.255.255"],
            ["256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "::1", "a"]
          ],
          AAAA: [
            ["::1", "2001:DB8::a:1", "::ffff:192.0.2.1"],
            ["192.0.2.1", "2001:db8", ":::", "1::2::3", "::g", "::1]"]
          ],
          CNAME: [
            ["example.org", "_a.example.org.", "xn--fiq228c.com"],
            ["example", "a..com", "-a.com", "http://a.com", "a b.com"]
          ],
          NS: [["ns1.example.org"], ["192.0.2.1:53"]],
          TXT: [['v=spf1 include:"a" -all', "t".repeat(512)], ["t".repeat(513)]],
          SRV: [
            ["0 5 5060 sip.example.org"],
            ["5 5060 sip.example.org", "0 5 x sip.example.org", "0 5 5060 a.b c", "0 5 5060 ."]
          ],
          CAA: [['0 issue "letsencrypt.org"'], ["0 issue letsencrypt.org", '0 other "a"']],
          REDIRECT_URL: [
            ["https://example.org/a", "example.org"],
            ["nowhere", "https://"]
          ],
          FORWARD_URL: [["http://example.org"], ["http://a b"]]
        }
        for (const [Type, [good, bad]] of Object.entries(types)) {
          const RR = Type.toLowerCase().replace("_", "-")
          for (const Value of good) assert.strictEqual(yield* adding({ RR, Type, Value }), "200", `${Type} ${Value}`)
          for (const Value of bad) {
            assert.strictEqual(yield* adding({ RR, Type, Value }), "400 SubDomainInvalid.Value", `${Type} ${Value}`)
          }
        }
        assert.strictEqual(
          yield* adding({ Type: "MX", Value: "192.0.2.1 ", Priority: 1 }),
          "400 SubDomainInvalid.Value"
        )
      })
    )
  )

  it("says no to a value of a million characters at once", () => {
    const start = performance.now()
    for (const text of ["a.".repeat(500_000), `http://${"a.".repeat(500_000)}`]) {
      for (const type of ["REDIRECT_URL", "FORWARD_URL", "CNAME", "SRV", "CAA", "AAAA", "A", "TXT"]) {
        assert.isFalse(rules.isValue(type, `${text} `), type)
      }
    }
    assert.isBelow(performance.now() - start, 500)
    assert.isTrue(rules.isValue("REDIRECT_URL", `https://example.org/${"a".repeat(2028)}`))
    assert.isFalse(rules.isValue("REDIRECT_URL", `https://example.org/${"a".repeat(2029)}`))
  })

  it.effect("takes the names that a zone can hold", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const good = ["@", "*", "*.a", "a.b.c", "_acme-challenge.www", "_dmarc", "A-1", "中文", "a".repeat(63)]
        for (const RR of good) assert.strictEqual(yield* adding({ RR }), "200", RR)
        const bad = [
          "a.*",
          "**",
          "*a",
          "a..b",
          ".a",
          "a.",
          "-a",
          "a b",
          "a/b",
          "@.a",
          "a".repeat(64),
          "a.".repeat(127) + "a"
        ]
        for (const RR of bad) assert.strictEqual(yield* adding({ RR }), "400 InvalidRR.Format", RR)
      })
    )
  )

  it.effect("refuses what makes no sense, and adds nothing", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const mx = { Type: "MX", Value: "mail.example.com" }
        const rows: ReadonlyArray<readonly [Query, string]> = [
          [{ RR: undefined }, "400 MissingParameter"],
          [{ RR: "" }, "400 MissingParameter"],
          [{ Type: undefined }, "400 MissingParameter"],
          [{ Value: undefined }, "400 MissingParameter"],
          [{ Type: "B" }, "400 InvalidType"],
          [{ Type: "constructor" }, "400 InvalidType"],
          [{ TTL: 0 }, "400 InvalidTTL"],
          [{ TTL: 86401 }, "400 InvalidTTL"],
          [{ TTL: "10m" }, "400 InvalidTTL"],
          [{ TTL: 599 }, "400 QuotaExceeded.TTL"],
          [{ Line: "a b" }, "400 InvalidLine"],
          [mx, "400 MissingParameter"],
          [{ ...mx, Priority: 0 }, "400 InvalidPriority"],
          [{ ...mx, Priority: 51 }, "400 InvalidPriority"]
        ]
        for (const [query, expected] of rows) assert.strictEqual(yield* adding(query), expected, JSON.stringify(query))
        assert.deepStrictEqual(yield* listed(), [])
        for (const TTL of [600, 86400]) assert.strictEqual(yield* adding({ RR: `t${TTL}`, TTL }), "200")
      })
    )
  )

  it.effect("refuses the same record twice, and an alias beside others", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const alias = { Type: "CNAME", Value: "example.org" }
        const rows: ReadonlyArray<readonly [Query, string]> = [
          [{}, "200"],
          [{}, "400 DomainRecordDuplicate"],
          [{ RR: "WWW", TTL: 3600 }, "400 DomainRecordDuplicate"],
          [{ Value: "192.0.2.2" }, "200"],
          [{ Line: "telecom" }, "200"],
          [{ DomainName: "example.org" }, "200"],
          [{ Type: "TXT" }, "200"],
          [alias, "400 DomainRecordConflict"],
          [{ ...alias, Line: "unicom" }, "200"],
          [{ ...alias, RR: "alias" }, "200"],
          [{ ...alias, RR: "alias", Value: "example.net" }, "200"],
          [{ RR: "Alias" }, "400 DomainRecordConflict"],
          [{ RR: "b.alias" }, "200"]
        ]
        for (const [query, expected] of rows) assert.strictEqual(yield* adding(query), expected, JSON.stringify(query))
        const error: any = yield* Effect.flip(add())
        assert.strictEqual(error.serverMessage, "The DNS record already exists.")
      })
    )
  )
})

describe("DescribeDomainRecords", () => {
  const fill = Effect.gen(function* () {
    yield* add({ RR: "@", Value: "192.0.2.10" })
    yield* add({ RR: "www" })
    yield* add({ RR: "wwwx", Type: "TXT", Value: "WWW" })
    const RecordId = yield* add({ RR: "mail", Type: "CNAME", Value: "www.example.org", Line: "telecom" })
    yield* tell("SetDomainRecordStatus", { RecordId, Status: "disable" })
    yield* add({ DomainName: "example.org" })
  })
  const [apex, first, txt, mail] = [
    "@ A 192.0.2.10",
    "www A 192.0.2.1",
    "wwwx TXT WWW",
    "mail CNAME www.example.org"
  ] as const

  it.effect("by key words, types, lines and states", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* fill
        const rows: ReadonlyArray<readonly [Query, ReadonlyArray<string>]> = [
          [{}, [mail, txt, first, apex]],
          [{ DomainName: "EXAMPLE.org" }, [first]],
          [{ RRKeyWord: "WWW" }, [txt, first]],
          [{ RRKeyWord: "www", TypeKeyWord: "a" }, [first]],
          [{ TypeKeyWord: "A" }, [first, apex]],
          [{ ValueKeyWord: "192.0.2.1" }, [first, apex]],
          [{ ValueKeyWord: "www" }, [mail, txt]],
          [{ Type: "TXT" }, [txt]],
          [{ Line: "telecom" }, [mail]],
          [{ Status: "DISABLE" }, [mail]],
          [{ Status: "Enable", SearchMode: "ADVANCED", ValueKeyWord: "www" }, [txt]],
          [{ KeyWord: "www" }, [mail, txt, first]],
          [{ KeyWord: "www", Type: "A" }, [mail, txt, first]],
          [{ KeyWord: "WWW", SearchMode: "EXACT" }, [txt, first]],
          [{ KeyWord: "www", SearchMode: "ADVANCED", Type: "A" }, [first, apex]],
          [{ SearchMode: "LIKE", Type: "A" }, [mail, txt, first, apex]],
          [{ RRKeyWord: "none" }, []]
        ]
        for (const [query, expected] of rows) {
          assert.deepStrictEqual(yield* listed(query), expected, JSON.stringify(query))
        }
      })
    )
  )

  it.effect("by page, the newest first unless told", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* fill
        const rows: ReadonlyArray<readonly [Query, ReadonlyArray<string>]> = [
          [{ Direction: "ASC" }, [apex, first, txt, mail]],
          [{ Direction: "desc" }, [mail, txt, first, apex]],
          [{ PageSize: 3 }, [mail, txt, first]],
          [{ PageSize: 3, PageNumber: 2 }, [apex]],
          [{ PageSize: 500, PageNumber: 2 }, []]
        ]
        for (const [query, expected] of rows) assert.deepStrictEqual(yield* listed(query), expected)
        const page = yield* tell("DescribeDomainRecords", { DomainName: "example.com", PageSize: 3, PageNumber: 2 })
        assert.deepInclude(page, { TotalCount: 4, PageNumber: 2, PageSize: 3 })
      })
    )
  )

  it.effect("refuses what makes no sense", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const rows = [
          ["DescribeDomainRecords", { PageSize: 501 }, "InvalidPageSize"],
          ["DescribeDomainRecords", { PageSize: 0 }, "InvalidPageSize"],
          ["DescribeDomainRecords", { PageNumber: "x" }, "InvalidPageNumber"],
          ["DescribeDomainRecords", { SearchMode: "FUZZY" }, "InvalidSearchMode"],
          ["DescribeDomains", { PageSize: 101 }, "InvalidPageSize"],
          ["DescribeDomains", { PageNumber: 0 }, "InvalidPageNumber"],
          ["DescribeDomains", { SearchMode: "ADVANCED" }, "InvalidSearchMode"]
        ] as const
        for (const [action, query, code] of rows) {
          const answer = yield* outcome(ask(action, { DomainName: "example.com", ...query }))
          assert.strictEqual(answer, `400 ${code}`)
        }
      })
    )
  )

  it.effect("answers in XML when asked, one record or none", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const query = { DomainName: "example.com" }
        const request = RpcRequest.make({ ...alidns, action: "DescribeDomainRecords", query, format: "XML" })
        const answer = Effect.flatMap(sign(request), send).pipe(
          Effect.map(({ text }) => (Either.getOrThrow(Xml.parseText(text)) as any).DescribeDomainRecordsResponse)
        )
        assert.strictEqual((yield* answer).TotalCount, "0")
        yield* add()
        const { DomainRecords } = yield* answer
        assert.deepInclude([DomainRecords.Record].flat()[0], { RR: "www", TTL: "600" })
      })
    )
  )
})

describe("records that are there", () => {
  it.effect("UpdateDomainRecord changes what it is given, and the rest to what it is unless told", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const RecordId = yield* add({ TTL: 3600, Line: "telecom" })
        const last = yield* add({ RR: "last" })
        yield* tell("SetDomainRecordStatus", { RecordId, Status: "Disable" })
        yield* TestClock.adjust("1 hours")
        // a name of a domain is let pass: some clients send it with all they ask
        assert.strictEqual(yield* updating(RecordId, { Value: "192.0.2.2", DomainName: "example.com" }), "200")
        const all = yield* records()
        assert.deepStrictEqual(
          all.map((each) => each.RecordId),
          [last, RecordId]
        )
        assert.deepInclude(all[1], {
          Value: "192.0.2.2",
          TTL: 600,
          Line: "default",
          Status: "Disable",
          CreateTimestamp: 0,
          UpdateTimestamp: 3_600_000
        })
        const mx = { Type: "MX", Value: "mail.example.com", Priority: 10 }
        assert.strictEqual(yield* updating(RecordId, mx), "200")
        assert.strictEqual((yield* info(RecordId)).Priority, 10)
        assert.strictEqual(yield* updating(RecordId), "200")
        assert.notProperty(yield* info(RecordId), "Priority")
      })
    )
  )

  it.effect("UpdateDomainRecord refuses what changes nothing, and what is there already", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const RecordId = yield* add()
        yield* add({ Value: "192.0.2.2" })
        yield* add({ RR: "alias", Type: "CNAME", Value: "example.org" })
        yield* add({ DomainName: "example.org", Value: "192.0.2.3" })
        const rows: ReadonlyArray<readonly [Query, string]> = [
          [{}, "400 DomainRecordDuplicate"],
          [{ TTL: 600, Line: "default" }, "400 DomainRecordDuplicate"],
          [{ Value: "192.0.2.2" }, "400 DomainRecordDuplicate"],
          [{ RR: "alias" }, "400 DomainRecordConflict"],
          [{ TTL: 3600 }, "200"],
          [{ TTL: 3600 }, "400 DomainRecordDuplicate"],
          [{ RR: "WWW", TTL: 3600 }, "200"],
          [{ Value: "192.0.2.3" }, "200"],
          [{ Type: "TXT" }, "200"],
          [{ Value: "x" }, "400 SubDomainInvalid.Value"],
          [{ TTL: 60 }, "400 QuotaExceeded.TTL"],
          [{ RR: "a b" }, "400 InvalidRR.Format"],
          [{ Value: undefined }, "400 MissingParameter"]
        ]
        for (const [query, expected] of rows) {
          assert.strictEqual(yield* updating(RecordId, query), expected, JSON.stringify(query))
        }
        assert.deepStrictEqual(yield* listed({ RRKeyWord: "www" }), ["www A 192.0.2.2", "www TXT 192.0.2.1"])
      })
    )
  )

  it.effect("what is not there belongs to nobody", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const RecordId = yield* add()
        yield* tell("DeleteDomainRecord", { RecordId, DomainName: "example.com" })
        const asks = (query: Query) =>
          [
            ask("DescribeDomainRecordInfo", query),
            ask("UpdateDomainRecord", { ...same, ...query }),
            ask("DeleteDomainRecord", query),
            ask("SetDomainRecordStatus", { Status: "Enable", ...query })
          ] as const
        for (const id of [RecordId, "1", "constructor"]) {
          for (const call of asks({ RecordId: id })) {
            assert.strictEqual(yield* outcome(call), "400 DomainRecordNotBelongToUser")
            const error: any = yield* Effect.flip(call)
            assert.strictEqual(error.serverMessage, "The DNS record does not exist in your account.")
          }
        }
        for (const call of [...asks({}), ...asks({ RecordId: "" })]) {
          assert.strictEqual(yield* outcome(call), "400 MissingParameter")
        }
      })
    )
  )

  it.effect("SetDomainRecordStatus", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const RecordId = yield* add()
        const set = (Status: unknown) => outcome(ask("SetDomainRecordStatus", { RecordId, Status }))
        yield* TestClock.adjust("1 seconds")
        const rows = [
          ["Disable", "200", "Disable"],
          ["Disable", "200", "Disable"],
          ["ENABLE", "200", "Enable"],
          ["On", "400 InvalidStatus", "Enable"],
          ["", "400 MissingParameter", "Enable"]
        ] as const
        for (const [status, expected, kept] of rows) {
          assert.strictEqual(yield* set(status), expected)
          assert.strictEqual((yield* records())[0].Status, kept)
        }
        assert.strictEqual((yield* records())[0].UpdateTimestamp, 1000)
        // a record that is stopped still is in the way
        yield* set("Disable")
        assert.strictEqual(yield* adding({}), "400 DomainRecordDuplicate")
      })
    )
  )
})
