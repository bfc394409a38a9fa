import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const seeded = { seed: 20260524, numRuns: 500 }

/** Whole seconds of the years that have four digits. */
const seconds = fc.integer({ min: Date.UTC(1000, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 })

describe("Timestamp", () => {
  it("drops fractions and never rounds up", () => {
    expect(Timestamp.iso8601(1543896192999)).toBe("2018-12-04T04:03:12Z")
    expect(Timestamp.rfc1123(1543896192999)).toBe("Tue, 04 Dec 2018 04:03:12 GMT")
  })

  it("writes days of one digit and leap days", () => {
    expect(Timestamp.rfc1123(Date.UTC(2024, 1, 1))).toBe("Thu, 01 Feb 2024 00:00:00 GMT")
    expect(Timestamp.iso8601(Date.UTC(2024, 1, 29, 23, 59, 59))).toBe("2024-02-29T23:59:59Z")
  })

  it("keeps the whole of a year that has more than four digits", () => {
    expect(Timestamp.iso8601(8.64e15)).toBe("+275760-09-13T00:00:00Z")
  })

  it("reads back both spellings", () => {
    fc.assert(
      fc.property(seconds, (second) => {
        expect(Timestamp.parse(Timestamp.iso8601(second * 1000))).toBe(second * 1000)
        expect(Timestamp.parse(Timestamp.rfc1123(second * 1000))).toBe(second * 1000)
      }),
      seeded
    )
  })

  it.each([
    "",
    "yesterday",
    "1543896192",
    "2018-12-04",
    "2018-12-04T04:03:12",
    "2018-12-04T04:03:12.000Z",
    "2018-12-04T04:03:12+00:00",
    "2018-12-04 04:03:12Z",
    "2018-12-04T04:03:12z",
    " 2018-12-04T04:03:12Z",
    "2018-12-04T04:03:12Z\n",
    "2018-13-01T00:00:00Z",
    "2018-02-30T00:00:00Z",
    "2018-02-28T24:00:00Z",
    "Tue, 4 Dec 2018 04:03:12 GMT",
    "Tue, 04 Dec 2018 04:03:12 CST",
    "Tue, 04 Foo 2018 04:03:12 GMT",
    "Tue, 31 Feb 2018 04:03:12 GMT",
    "Mon, 04 Dec 2018 04:03:12 GMT"
  ])("does not read %j", (text) => {
    expect(Timestamp.parse(text)).toBeUndefined()
  })
})
