import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import { describe, expect, it } from "vitest"

const raw: RawRequest.RawRequest = {
  method: "POST",
  target: "/a%2Fb?x=1+2&y?z=%3F&x",
  headers: [
    ["X-Acs-Note", " one "],
    ["Content-Type", "Application/X-WWW-Form-Urlencoded; charset=utf-8"],
    ["x-acs-note", "two"]
  ],
  body: Encoding.utf8("a=%E4%B8%AD&b+c")
}

describe("RawRequest", () => {
  it("finds headers whatever their case, and joins repeated ones", () => {
    expect(RawRequest.header(raw, "x-acs-note")).toBe("one,two")
    expect(RawRequest.header(raw, "absent")).toBeUndefined()
    expect(RawRequest.header(raw, "constructor")).toBeUndefined()
  })

  it("splits the target at the first question mark", () => {
    expect(RawRequest.path(raw)).toBe("/a%2Fb")
    expect(RawRequest.query(raw)).toEqual([
      ["x", "1 2"],
      ["y?z", "?"],
      ["x", ""]
    ])
    expect(RawRequest.path({ ...raw, target: "/" })).toBe("/")
    expect(RawRequest.query({ ...raw, target: "/" })).toEqual([])
    expect(RawRequest.query({ ...raw, target: "/?" })).toEqual([])
  })

  it("reads a form only where the content type says there is one", () => {
    expect(RawRequest.form(raw)).toEqual([
      ["a", "中"],
      ["b c", ""]
    ])
    expect(RawRequest.form({ ...raw, headers: [] })).toEqual([])
    expect(RawRequest.form({ ...raw, headers: [["content-type", "application/json"]] })).toEqual([])
    expect(RawRequest.form({ ...raw, body: new Uint8Array() })).toEqual([])
  })
})
