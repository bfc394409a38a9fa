/** The property: a provider runs into no fault and both sides agree, or into one and they differ as it says; so do the chains. */
import { assert } from "@effect/vitest"
import { inspect } from "node:util"
import { type Difference, faults, throughs } from "../credentialFaults.js"
import { type Both, type Outcome, type Provider, providers } from "./credentials.js"
import * as SetUps from "./SetUps.js"

/** - `given`, `refused`: set-ups in which both chains give the same, and in which both refuse
    - `faults`: how many providers have differed by each, and by no other; `chains`: how many chains have */
export interface Tally {
  given: number
  refused: number
  readonly faults: Map<string, number>
  readonly chains: Map<string, number>
}

const hide = (text: string) => text.replaceAll(SetUps.privateKey, "***").replace(/hush[\w-]*/g, "***")

const count = (counts: Map<string, number>, id: string) => counts.set(id, (counts.get(id) ?? 0) + 1)

const isExternal = ({ setUp }: Both) => SetUps.profilesOf(setUp).at(-1)?.["mode"] === "External"

const nameOf = (both: Both, name: string): string =>
  name.startsWith("cli_profile/") && isExternal(both) && SetUps.profilesOf(both.setUp).length === 1
    ? "cli_profile/external"
    : SetUps.profilesOf(both.setUp).length > 1
      ? name.replace(/^(cli_profile\/ram_role_arn)\/.*$/, "$1")
      : name

/** each side has names of its own for a session that was given none */
const arnOf = (who: string) => who.replace(/\/(?:credentials-nodejs|effect-aliyun)-\d+$/, "/…")

/** the same provider by its name in full, or where a chain names it by its first name only */
const isSame = (one: Outcome, other: Outcome, nameOf: (name: string) => string): boolean => {
  if (one._tag === "Refused" || other._tag === "Refused") return one._tag === other._tag
  return (
    nameOf(one.provider) === nameOf(other.provider) &&
    arnOf(one.who) === arnOf(other.who) &&
    // a key that was made for one of them is another for the other
    (one.accessKeyId !== other.accessKeyId || one.hash === other.hash)
  )
}

const turning: ReadonlyArray<Difference> = ["refused by the official one", "refused by us", "identity"]

const firstName = (name: string): string => name.split("/", 1)[0] ?? ""

const differences = (both: Both, provider: Provider): ReadonlyArray<Difference> => {
  const official = both.official.providers[provider]
  const ours = both.ours.providers[provider]
  const found: Array<Difference> = []
  if (official._tag === "Given" && ours._tag === "Given") {
    if (!isSame(official, ours, (name) => nameOf(both, name))) found.push("identity")
    if (official.asked.join("\n") !== ours.asked.join("\n")) found.push("request")
  } else if (official._tag !== ours._tag) {
    found.push(ours._tag === "Given" ? "refused by the official one" : "refused by us")
  }
  if (official._tag === "Refused" && official.isBroken === true) found.push("defect")
  if (official.lost.join() !== ours.lost.join()) found.push("stray request")
  if (provider === "cli_profile" && both.official.wroteKey !== both.ours.wroteKey) found.push("key in the file")
  return found
}

export const compare = (all: ReadonlyArray<Both>): Tally => {
  const tally: Tally = {
    given: 0,
    refused: 0,
    faults: new Map(faults.map(({ id }) => [id, 0])),
    chains: new Map(throughs.map(({ id }) => [id, 0]))
  }
  for (const both of all) {
    const { official, ours, setUp } = both
    const fail = (what: string) =>
      assert.fail(hide(`${what}\n${[setUp, official, ours].map((value) => inspect(value, { depth: 9 })).join("\n")}`))

    const hits = providers.map((provider) => {
      const found = differences(both, provider)
      const outcome = official.providers[provider]
      const hit = faults.filter(
        ({ isHit, provider: of, says, shows }) =>
          of.includes(provider) &&
          isHit(setUp) &&
          shows.some((difference) => found.includes(difference)) &&
          (says === undefined || (outcome._tag === "Refused" && says.test(outcome.text)))
      )
      for (const difference of found) {
        const [only, ...others] = hit.filter(({ shows }) => shows.includes(difference))
        if (only === undefined) fail(`${provider} differs in ${difference}, and no fault explains it`)
        else if (others.length === 0) count(tally.faults, only.id)
      }
      // what makes a chain go another way
      return hit.filter(({ shows }) =>
        found.some((difference) => turning.includes(difference) && shows.includes(difference))
      )
    })

    // what the chains give is what their providers do, in their order
    const theirFirst = providers.findIndex((provider) => official.providers[provider]._tag === "Given")
    const theirPick = official.providers[providers[theirFirst]!]
    const isOurs = (outcome: Outcome) => outcome._tag === "Given" || outcome.isAbsent !== true
    const ourFirst = providers.findIndex((provider) => isOurs(ours.providers[provider]))
    const ourPick = ours.providers[providers[ourFirst]!]
    if (theirFirst < 0 ? official.chain._tag === "Given" : !isSame(official.chain, theirPick, firstName)) {
      fail("the official chain does not give what its first provider gives")
    }
    if (ourFirst < 0 ? ours.chain._tag === "Given" : !isSame(ours.chain, ourPick, firstName)) {
      fail("our chain does not give what its first provider gives")
    }

    if (isSame(official.chain, ours.chain, firstName)) {
      if (ours.chain._tag === "Given") tally.given++
      else tally.refused++
      continue
    }
    // they part at the first provider that either takes
    const parting = [theirFirst, ourFirst].filter((at) => at >= 0).reduce((least, at) => Math.min(least, at))
    const through = throughs.find(({ provider }) => provider.includes(providers[parting]!))
    const [hit] = hits[parting]!
    if (hit !== undefined) count(tally.chains, hit.id)
    else if (ourFirst < theirFirst && ourPick._tag === "Refused" && through !== undefined)
      count(tally.chains, through.id)
    else fail(`the chains part at ${providers[parting]}, and no fault explains it`)
  }
  return tally
}
