/** Whom TLS trusts, and by what the client shows who it is. */
import * as Redacted from "effect/Redacted"
import { X509Certificate } from "node:crypto"
import { createSecureContext, type SecureContext } from "node:tls"
import type { Options } from "../NodeHttpClient.js"
import { codeOf } from "./credentials/display.js"

type Certificates = Pick<Options, "ca" | "cert" | "key" | "passphrase">

/** Throws for what {@link issueOf} finds fault with. */
export const contextOf = ({ ca, cert, key, passphrase }: Certificates): SecureContext =>
  createSecureContext({
    ...(ca === undefined ? {} : { ca: textsOf(ca) }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: Redacted.value(key) }),
    ...(passphrase === undefined ? {} : { passphrase: Redacted.value(passphrase) }),
    // said outright, so that --tls-min-v1.0 does not weaken it
    minVersion: "TLSv1.2"
  })

const textsOf = (ca: NonNullable<Options["ca"]>): Array<string> => {
  const entries = typeof ca === "string" || ca instanceof Uint8Array ? [ca] : ca
  return entries.map((entry) => (typeof entry === "string" ? entry : Buffer.from(entry).toString("latin1")))
}

/** What is wrong with them. Node by itself takes any text for certificates, and trusts nobody, or its own list, then. */
export const issueOf = (options: Certificates): string | undefined => {
  const { ca, cert, key } = options
  if (ca !== undefined && !textsOf(ca).every(isBundle)) return `ca ${noBundle}`
  if ((cert === undefined) !== (key === undefined)) return "cert and key need each other"
  if (cert === undefined) return undefined
  try {
    contextOf(options)
    return undefined
  } catch (error) {
    return `cert, key and passphrase must be those of one certificate, in PEM (${codeOf(error) ?? "unreadable"})`
  }
}

export const noBundle = "must hold certificates in PEM, from BEGIN CERTIFICATE to END CERTIFICATE"

/** whether a text holds certificates, and none that cannot be read */
export const isBundle = (text: string): boolean => {
  const blocks = text.match(/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END \1?CERTIFICATE-----/g)
  try {
    return blocks !== null && blocks.every((block) => new X509Certificate(block).subject !== undefined)
  } catch {
    return false
  }
}
