import { assert, describe, it } from "@effect/vitest"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Digest from "@effect-aliyun/protocol/Digest"
import { createHmac, getHashes } from "node:crypto"

const { digest } = NodeDigest
const abc = new TextEncoder().encode("abc")

// Published vectors: FIPS 180-4, RFC 1321, RFC 2202, RFC 4231, GB/T 32905.
describe("NodeDigest", () => {
  it("hashes text and bytes alike", () => {
    assert.strictEqual(digest.sha256Hex(""), Digest.emptySha256Hex)
    for (const data of ["abc", abc]) {
      assert.strictEqual(digest.sha256Hex(data), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      assert.strictEqual(digest.md5Base64(data), "kAFQmDzST7DWlj99KOF/cg==")
    }
  })

  it("hashes text as UTF-8", () => {
    assert.strictEqual(digest.sha256Hex("中"), digest.sha256Hex(Uint8Array.of(0xe4, 0xb8, 0xad)))
  })

  it("authenticates", () => {
    const [key, data] = ["Jefe", "what do ya want for nothing?"]
    const hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert.strictEqual(digest.hmacSha256Hex(key, data), hex)
    assert.strictEqual(digest.hmacSha256Base64(key, data), Buffer.from(hex, "hex").toString("base64"))
    const sha1 = Buffer.from("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "hex").toString("base64")
    assert.strictEqual(digest.hmacSha1Base64(key, data), sha1)
  })

  it("keeps no key longer than for the next one, whichever way they alternate", () => {
    const fresh = (key: string, data: string) => createHmac("sha256", key).update(data).digest("hex")
    for (const key of ["a", "b", "a", "a", "", "b", "密钥", "a"]) {
      assert.strictEqual(digest.hmacSha256Hex(key, "data"), fresh(key, "data"))
    }
  })

  it("has SM3 when OpenSSL has it", () => {
    const has = getHashes().includes("sm3")
    assert.deepStrictEqual([digest.sm3Hex !== undefined, digest.hmacSm3Hex !== undefined], [has, has])
  })

  it.runIf(digest.sm3Hex)("knows SM3", () => {
    assert.strictEqual(digest.sm3Hex?.("abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
    assert.match(digest.hmacSm3Hex?.("key", "data") ?? "", /^[0-9a-f]{64}$/)
  })
})
