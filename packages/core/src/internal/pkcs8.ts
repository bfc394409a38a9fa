/** Private RSA keys as their owners keep them, in the one form that WebCrypto takes. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"

const armour = /-----(?:BEGIN|END) (?:RSA )?PRIVATE KEY-----/g
// AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1, without parameters
const rsaEncryption = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]
const version = [0x02, 0x01, 0x00]

/**
 * PKCS#8 of a PEM, or of the base64 of a DER, in PKCS#8 or PKCS#1, in one line or many; `undefined` when it is none.
 *
 * @internal
 */
export const fromText = (text: string): Uint8Array | undefined => {
  const der = Encoding.base64Decode(text.replace(armour, ""))
  if (der === undefined || der[0] !== 0x30) return undefined
  // both begin with a sequence and the version; PKCS#1 goes on with the modulus, an integer
  const start = (der[1] ?? 0) < 0x80 ? 2 : 2 + ((der[1] ?? 0) & 0x7f)
  return der[start + version.length] === 0x02
    ? sequence(0x30, [...version, ...rsaEncryption, ...sequence(0x04, der)])
    : der
}

const sequence = (tag: number, content: ArrayLike<number>): Uint8Array => {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.from([tag, ...size, ...Array.from(content)])
}
