/** lexicon, which writes DNS records for ACME clients and others, against the emulator's Alidns. */
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { recorder, refusesEveryByte } from "../foreign/support/tamper.js"
import { good, python, wrong } from "./support.js"

const lexicon = python("lexicon_aliyun.py")
const domain = "example.com"

interface Record {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly ttl: number
  readonly content: string
}
type Step = readonly [action: string, type: string, name: string | null, content: string | null]
const byContent = (a: Omit<Record, "id">, b: Omit<Record, "id">) => (a.content < b.content ? -1 : 1)
const challenge = "_acme-challenge.www"

describe("lexicon", () => {
  it.scopedLive("creates, lists, updates and deletes records", () =>
    Effect.gen(function* () {
      const { emulator, url } = yield* NodeEmulator.make()
      const steps: ReadonlyArray<Step> = [
        ["create", "TXT", challenge, "first~*'()=+/"],
        // twice the same is one
        ["create", "TXT", challenge, "first~*'()=+/"],
        ["create", "TXT", `${challenge}.${domain}`, "second"],
        ["create", "A", "www", "192.0.2.1"],
        ["list", "TXT", challenge, null],
        ["update", "A", "www", "192.0.2.2"],
        ["list", "A", "www", null],
        ["delete", "TXT", challenge, "second"],
        ["list", "TXT", challenge, null],
        ["delete", "TXT", challenge, null],
        ["list", "TXT", challenge, null]
      ]
      const answers = yield* lexicon<ReadonlyArray<Array<Record> | boolean>>(url, good, domain, JSON.stringify(steps))
      const seen = answers.map((each) =>
        // no order is promised
        Array.isArray(each) ? each.map(({ id: _, ...record }) => record).sort(byContent) : each
      )
      const txt = { type: "TXT", name: `${challenge}.${domain}`, ttl: 3600 }
      const first = { ...txt, content: "first~*'()=+/" }
      const second = { ...txt, content: "second" }
      assert.deepStrictEqual(seen, [
        true,
        true,
        true,
        true,
        [first, second],
        true,
        [{ type: "A", name: `www.${domain}`, ttl: 3600, content: "192.0.2.2" }],
        true,
        [first],
        true,
        []
      ])
      const calls = yield* emulator.calls
      const count = (action: string) => calls.filter((each) => each.action === action).length
      assert.deepStrictEqual(
        ["DescribeDomainInfo", "AddDomainRecord", "UpdateDomainRecord", "DeleteDomainRecord"].map(count),
        [steps.length, 3, 1, 2]
      )
      assert.deepStrictEqual(
        calls.filter(({ verdict }) => verdict !== "Accepted"),
        []
      )
    })
  )

  it.scopedLive("is refused with a wrong secret", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const answers = yield* lexicon<unknown>(url, wrong, domain, JSON.stringify([["list", "A", null, null]]))
      assert.deepStrictEqual(answers, [{ status: 400, code: "SignatureDoesNotMatch" }])
    })
  )

  it.scopedLive("is refused once a byte of what is signed has changed on the way", () =>
    Effect.gen(function* () {
      const { arrived, url } = yield* recorder()
      const step: Step = ["create", "TXT", challenge, "first~*'()=+/"]
      yield* lexicon<unknown>(url, good, domain, JSON.stringify([step]))
      assert.isAbove(yield* refusesEveryByte(arrived), 900)
    })
  )
})
