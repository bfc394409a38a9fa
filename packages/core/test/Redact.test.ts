/** What is taken out of the texts of a service: secrets by their values, and whatever is named like one. */
import * as Credential from "@effect-aliyun/core/Credential"
import { assert, describe, it } from "@effect/vitest"
import { excerptOf, maskNamed, oneLine, redactor } from "../src/internal/redact.js"

const accessKeyId = "LTAI+testid"
const accessKeySecret = "se/cr+et=1"
const securityToken = "CAIS/to+ken=="
const sts = Credential.sts({ accessKeyId, accessKeySecret, securityToken })

describe("redactor", () => {
  it.each<readonly [string, Credential.Credential, ReadonlyArray<string>]>([
    ["AccessKey", Credential.accessKey({ accessKeyId, accessKeySecret }), [accessKeyId, accessKeySecret]],
    ["Sts", sts, [accessKeyId, accessKeySecret, securityToken]],
    ["Bearer", Credential.bearer({ token: "bea/rer" }), ["bea/rer"]]
  ])("takes out every secret of %s, in every spelling, wherever it stands", (_, credential, secrets) => {
    const redact = redactor(credential)
    for (const secret of secrets) {
      const once = encodeURIComponent(secret)
      for (const spelling of [secret, secret.replaceAll("/", String.raw`\/`), once, encodeURIComponent(once)]) {
        assert.strictEqual(redact(`a ${spelling}b${spelling}`), "a <redacted>b<redacted>")
      }
    }
  })

  it("leaves alone what is no secret", () => {
    const text = String.raw`Forbidden: LTAI, se\cr, {"a":"b"} 100%`
    assert.strictEqual(redactor(sts)(text), text)
    assert.strictEqual(redactor(Credential.anonymous)(text), text)
    // an empty field of a credential that nobody has checked yet
    assert.strictEqual(redactor(Credential.bearer({ token: "" }))(text), text)
  })

  it("takes out the echo of a string to sign", () => {
    const redact = redactor(Credential.anonymous)
    assert.strictEqual(
      redact("no match. server string to sign is:GET&%2F&A"),
      "no match. server string to sign is:<redacted>"
    )
  })

  it("takes out parameters that are named like a secret, of six characters and more", () => {
    const names = ["Password", "DBPassword.1", "master_passwd", "Client-Secret", "Token", "PrivateKey.Pem"]
    for (const name of names) {
      const redact = redactor(Credential.anonymous, () => [
        ["Name", "harmless"],
        [name, "p/4&é6"]
      ])
      assert.strictEqual(redact("a p/4&é6, a p%2F4%26%C3%A96, a harmless"), "a <redacted>, a <redacted>, a harmless")
    }
    const named = (name: string, value: string) => redactor(Credential.anonymous, () => [[name, value]])
    assert.strictEqual(named("Password", "12345")("a 12345"), "a 12345")
    // what goes from page to page, what identifies a call, and what is a sentence
    for (const name of ["NextToken", "PageToken", "ClientToken", "a Password", "Password of"]) {
      assert.strictEqual(named(name, "value1")("a value1"), "a value1")
    }
  })

  it("looks at the parameters once, when the first text needs it", () => {
    let looks = 0
    const redact = redactor(Credential.anonymous, () => {
      looks++
      return [["Password", "letmein"]]
    })
    assert.strictEqual(looks, 0)
    assert.deepStrictEqual([redact("letmein"), redact("letmein")], ["<redacted>", "<redacted>"])
    assert.strictEqual(looks, 1)
  })
})

describe("maskNamed", () => {
  it.each<readonly [where: string, text: string, masked: string]>([
    ["JSON", `{"AccessKeySecret":"x","B":"y"}`, `{"AccessKeySecret":"<redacted>","B":"y"}`],
    ["JSON with spaces", `{"a.Password" : "x y"}`, `{"a.Password" : "<redacted>"}`],
    ["JSON with escapes", String.raw`{"Token":"x\"y\\","B":"z"}`, `{"Token":"<redacted>","B":"z"}`],
    ["JSON that was cut off", `{"PrivateKey":"-----BEGIN`, `{"PrivateKey":"<redacted>`],
    ["JSON, more than one", `{"token":"x","passwd-2":"y"}`, `{"token":"<redacted>","passwd-2":"<redacted>"}`],
    ["a form", "Password=x&B=y&my_secret=z", "Password=<redacted>&B=y&my_secret=<redacted>"],
    ["a query", "https://h/?a=b&SecurityToken=x%2By z", "https://h/?a=b&SecurityToken=<redacted> z"],
    ["a sentence", "given: password=x y", "given: password=<redacted> y"],
    ["XML", "<a><SecretKey>x\ny</SecretKey><b>z</b></a>", "<a><SecretKey><redacted></SecretKey><b>z</b></a>"],
    ["a string to sign", "GET&%2F&A%3Db%26Password%3Dx%252By%26Z%3Dc", "GET&%2F&A%3Db%26Password%3D<redacted>%26Z%3Dc"],
    ["the begin of a string to sign", "&Password%3Dx y", "&Password%3D<redacted> y"]
  ])("takes the value out of %s", (_, text, masked) => {
    assert.strictEqual(maskNamed(text), masked)
  })

  it("leaves alone what is not named like a secret, and what only speaks of one", () => {
    for (const text of [
      `{"NextToken":"x","ClientToken":"y","PageToken":"z"}`,
      `{"Name":"Password","n":"a"}`,
      "NextToken=x&Name=token&b=c",
      "<Name>secret</Name>",
      "GET&%2F&ClientToken%3Dx%26A%3Db",
      "the password is wrong"
    ]) {
      assert.strictEqual(maskNamed(text), text)
    }
  })
})

describe("oneLine", () => {
  const same = (text: string) => text

  it("puts one space for whatever ends a line or moves a cursor", () => {
    assert.strictEqual(oneLine("a\r\n\u001b\u0085b\u2028\u2029c\td  é", same, 50), "a b c d  é")
  })

  it("is no longer than told, the mark of a cut apart", () => {
    assert.deepStrictEqual(
      ["abcde", "abcdef"].map((text) => oneLine(text, same, 5)),
      ["abcde", "abcde…"]
    )
  })

  it("looks for secrets before it cuts, in no more than 4 kB beyond the cut", () => {
    assert.strictEqual(
      oneLine("abc secret", (text) => text.replace("secret", "s"), 5),
      "abc s"
    )
    const seen: Array<number> = []
    const spy = (text: string) => {
      seen.push(text.length)
      return text
    }
    oneLine("x".repeat(10_000), spy, 5)
    assert.deepStrictEqual(seen, [4101])
  })
})

describe("excerptOf", () => {
  it("is 200 characters of the first 4 kB, without secrets by value or name", () => {
    const seen: Array<string> = []
    const spy = (text: string) => {
      seen.push(text)
      return text.replace("letmein", "<redacted>")
    }
    const excerpt = excerptOf(`letmein\nPassword=x ${"y".repeat(10_000)}`, spy)
    assert.strictEqual(excerpt, `${`<redacted> Password=<redacted> ${"y".repeat(200)}`.slice(0, 199)}…`)
    // masking makes ten characters of one
    assert.deepStrictEqual(
      seen.map((text) => text.length),
      [4096 + 9]
    )
    assert.include(seen[0], "Password=<redacted>")
  })
})
