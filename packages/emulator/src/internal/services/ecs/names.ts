/**
 * Names of instances that are made together: `node-[7,3]-web` counts by itself, from 7 in 3 digits; what has no such counter
 * gets one with UniqueSuffix.
 */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Either from "effect/Either"

const { refuse } = Verification

const malformed = (name: string) =>
  refuse(`Invalid${name}.Malformed`, 400, `The specified parameter "${name}" is not valid.`)

const counterMalformed = refuse(
  "InvalidInstanceName.CustomMalformed",
  400,
  "Customized section of instance or host name is invalid, please use valid format: [], [,], [m,], [,n], [m,n]."
)

const tooLong = (code: string, name: string) =>
  refuse(`InvalidParams.${code}Exceed`, 403, `The uniqueSuffix takes three naming places, please shorten your ${name}.`)

const suffixLength = 3
const counter = /^([^[\]]*)\[(?:(\d{0,6}),([1-6])?)?\]([^[\]]*)$/

interface Rule {
  readonly name: string
  readonly isValid: (text: string) => boolean
  readonly max: number
  readonly tooLong: Verification.Refusal
}

const instanceName: Rule = {
  name: "InstanceName",
  isValid: (text) => /^[\p{L}\p{N}:_.-]{2,128}$/u.test(text),
  max: 128,
  tooLong: tooLong("InstanceName", "InstanceName")
}

const hostName: Rule = {
  name: "HostName",
  isValid: (text) =>
    text.length >= 2 && text.length <= 64 && text.split(".").every((part) => /^[A-Za-z\d]+(-[A-Za-z\d]+)*$/.test(part)),
  max: 64,
  tooLong: tooLong("Hostname", "Hostname")
}

/** @internal as many names as there are instances */
export interface Options {
  readonly amount: number
  readonly uniqueSuffix: boolean
}

type Names = Either.Either<ReadonlyArray<string>, Verification.Refusal>

const sequence =
  (rule: Rule) =>
  (text: string, { amount, uniqueSuffix }: Options): Names => {
    const all = (nameOf: (index: number) => string): Names => {
      const names = Array.from({ length: amount }, (_, index) => nameOf(index))
      return names.every(rule.isValid) ? Either.right(names) : Either.left(malformed(rule.name))
    }
    if (/[[\]]/.test(text)) {
      const found = counter.exec(text)
      if (found === null) return Either.left(counterMalformed)
      const [, prefix = "", first, width = "6", suffix = ""] = found
      return all((index) => prefix + String(Number(first ?? "0") + index).padStart(Number(width), "0") + suffix)
    }
    if (!uniqueSuffix) return all(() => text)
    if (text.length + suffixLength > rule.max) return Either.left(rule.tooLong)
    return all((index) => text + String(index + 1).padStart(suffixLength, "0"))
  }

/** @internal */
export const instanceNames = sequence(instanceName)

/** @internal */
export const hostNames = sequence(hostName)

const single: Options = { amount: 1, uniqueSuffix: false }

/** @internal the name of one instance */
export const one = (names: typeof instanceNames, text: string): Either.Either<string, Verification.Refusal> =>
  Either.map(names(text, single), ([name = text]) => name)

/** @internal */
export const description = (text: string): Either.Either<string, Verification.Refusal> =>
  text.length >= 2 && text.length <= 256 && !/^https?:\/\//.test(text)
    ? Either.right(text)
    : Either.left(malformed("Description"))
