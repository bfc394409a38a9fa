/** The page of the admin port, as someone sees it who looks for a mistake. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as Route from "@effect-aliyun/emulator/Route"
import * as Effect from "effect/Effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Locator, Page } from "playwright-core"
import { describe, expect, it } from "vitest"
import { outcome, people } from "../../packages/emulator/test/support/Doors.js"
import { byHand, scene } from "./scene.js"

const ecs = (action: string, query: Readonly<Record<string, string>> = {}) =>
  outcome(AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action, query }))
const regions = ecs("DescribeRegions")
const nowhere = ecs("DescribeInstances", { RegionId: "nowhere" })

const rowsOf = (page: Page) => page.getByRole("region", { name: "Calls" }).locator("tbody").getByRole("row")
const textsOf = async (row: Locator) => (await row.getByRole("cell").allTextContents()).slice(1)
const actionsOf = (page: Page) => page.locator("[data-label=Action]:visible").allTextContents()
const eventually = (look: () => Promise<unknown>) => expect.poll(look, { timeout: 10_000 })

/** more pages of the same browser, all of them seen, and connected */
const openMany = async (page: Page, url: string, count: number) => {
  const pages: Array<Page> = []
  for (let i = 0; i < count; i++) {
    const other = await page.context().newPage()
    await other.goto(url)
    await other.getByText("Live", { exact: true }).waitFor()
    pages.push(other)
  }
  return pages
}

/** as when another tab is chosen; a browser without a screen shows them all */
const hide = (page: Page, isHidden: boolean) =>
  page.evaluate(`{
    Object.defineProperty(document, "hidden", { configurable: true, value: ${isHidden} })
    document.dispatchEvent(new Event("visibilitychange"))
  }`)

describe("calls", () => {
  it(
    "appear as they are made, newest first",
    scene(async ({ call, page }) => {
      await page.getByText("No calls yet.").waitFor()
      await call(regions)
      await rowsOf(page).nth(0).waitFor()
      const [method, product, action, status, code, attempt, latency, verdict, fault] = await textsOf(
        rowsOf(page).first()
      )
      expect([method, product, action, status, code, attempt, verdict, fault]).toEqual([
        ...["GET", "Ecs", "DescribeRegions", "200", "", "1", "Accepted", ""]
      ])
      expect(latency).toMatch(/^\d+ ms$/)
      expect(await rowsOf(page).first().getByRole("cell").first().textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/)
      expect(await page.getByText("No calls yet.").isVisible()).toBe(false)
      await call(Effect.zipRight(nowhere, regions))
      await eventually(() => actionsOf(page)).toEqual(["DescribeRegions", "DescribeInstances", "DescribeRegions"])
      expect((await textsOf(rowsOf(page).nth(1))).slice(3, 5)).toEqual(["404", "InvalidRegionId.NotFound"])
      expect((await textsOf(rowsOf(page).first()))[5]).toBe("2")
    })
  )

  it(
    "that were made before the page was opened, many at once, and all of a burst",
    scene(async ({ call, page }) => {
      await call(
        Effect.all(
          Array.from({ length: 40 }, () => regions),
          { concurrency: 20 }
        )
      )
      await eventually(() => rowsOf(page).count()).toBe(40)
      await page.reload()
      await eventually(() => rowsOf(page).count()).toBe(40)
      const attempts = await page.locator("[data-label=Attempt]").allTextContents()
      expect(new Set(attempts).size).toBe(40)
    })
  )

  it(
    "are filtered and held back",
    scene(async ({ call, page }) => {
      await call(Effect.all([regions, nowhere, ecs("NoSuchThing")]))
      await eventually(() => rowsOf(page).count()).toBe(3)
      const filter = page.getByLabel("Filter calls")
      await filter.fill("ecs 404 invalidaction")
      expect(await actionsOf(page)).toEqual(["NoSuchThing"])
      await filter.fill("regionid. DESCRIBE")
      expect(await actionsOf(page)).toEqual(["DescribeInstances"])
      await filter.fill("regions")
      await page.getByRole("button", { name: "Pause" }).click()
      await call(Effect.all([regions, regions, ecs("NoSuchThing")]))
      await page.getByText("3 more").waitFor()
      expect(await actionsOf(page)).toEqual(["DescribeRegions"])
      await page.getByRole("button", { name: "Go on" }).click()
      // and those that come now are filtered too
      await eventually(() => actionsOf(page)).toEqual(["DescribeRegions", "DescribeRegions", "DescribeRegions"])
      await filter.fill("")
      await eventually(() => actionsOf(page).then(({ length }) => length)).toBe(6)
    })
  )

  it(
    "that were lost on the way are asked for, and put in their place",
    scene(async ({ call, page }) => {
      await page.addInitScript(`{
        const { addEventListener } = EventSource.prototype
        EventSource.prototype.addEventListener = function (type, listener) {
          addEventListener.call(this, type, (event) => event.data?.includes("DescribeZones") || listener(event))
        }
      }`)
      await page.reload()
      await page.getByText("Live", { exact: true }).waitFor()
      await call(Effect.zipRight(regions, ecs("DescribeZones")))
      await eventually(() => actionsOf(page)).toEqual(["DescribeRegions"])
      await call(nowhere)
      await eventually(() => actionsOf(page)).toEqual(["DescribeInstances", "DescribeZones", "DescribeRegions"])
    })
  )

  it(
    "of the next emulator, when this one goes and another comes",
    scene(
      async ({ call, page, restart }) => {
        await call(Effect.all([regions, regions]))
        await eventually(() => rowsOf(page).count()).toBe(2)
        await restart(() => page.getByText("Not connected").waitFor())
        await page.getByText("Live", { exact: true }).waitFor()
        await eventually(() => rowsOf(page).count()).toBe(0)
        await call(ecs("DescribeInstances"))
        await eventually(() => actionsOf(page)).toEqual(["DescribeInstances"])
      },
      // the browser says that it cannot connect
      { isNoisy: true }
    )
  )

  it(
    "of the next emulator, when the page was held back meanwhile",
    scene(
      async ({ call, page, restart }) => {
        await call(Effect.all([regions, regions]))
        await eventually(() => rowsOf(page).count()).toBe(2)
        await page.getByRole("button", { name: "Pause" }).click()
        await restart(() => page.getByText("Not connected").waitFor())
        await page.getByText("Live", { exact: true }).waitFor()
        await call(nowhere)
        await page.getByText("1 more").waitFor()
        expect(await actionsOf(page)).toEqual(["DescribeRegions", "DescribeRegions"])
        await page.getByRole("button", { name: "Go on" }).click()
        await eventually(() => actionsOf(page)).toEqual(["DescribeInstances"])
      },
      { isNoisy: true }
    )
  )

  it(
    "that were made while nobody saw the page, which then leaves its connection to others",
    scene(async ({ adminUrl, call, page }) => {
      await call(regions)
      await rowsOf(page).nth(0).waitFor()
      await rowsOf(page)
        .first()
        .evaluate((row) => row.setAttribute("data-kept", ""))
      await hide(page, true)
      const others = await openMany(page, adminUrl, 4)
      await call(nowhere)
      for (const other of others) await eventually(() => actionsOf(other)).toHaveLength(2)
      expect(await actionsOf(page)).toEqual(["DescribeRegions"])
      await hide(page, false)
      await eventually(() => actionsOf(page)).toEqual(["DescribeInstances", "DescribeRegions"])
      // what had the focus there, or was selected, still is
      expect(await page.locator("[data-kept]").count()).toBe(1)
      await call(regions)
      await eventually(() => actionsOf(page)).toHaveLength(3)

      await page.getByRole("button", { name: "Pause" }).click()
      await hide(page, true)
      await call(Effect.all([regions, regions]))
      await hide(page, false)
      await page.getByText("2 more").waitFor()
      await call(regions)
      await page.getByText("3 more").waitFor()
      await page.getByRole("button", { name: "Go on" }).click()
      await eventually(() => actionsOf(page)).toHaveLength(6)
    })
  )

  it(
    "in as many pages as one opens: those that were opened first say that they do not follow any more",
    scene(async ({ adminUrl, call, page }) => {
      const pages = [page, ...(await openMany(page, adminUrl, 8))]
      await call(regions)
      for (const shown of pages.slice(-4)) await eventually(() => actionsOf(shown)).toEqual(["DescribeRegions"])
      for (const left of pages.slice(0, -4)) await left.getByText("Too many pages are open").waitFor()
      await page.reload()
      await eventually(() => actionsOf(page)).toEqual(["DescribeRegions"])
    })
  )
})

/** a pane, and what is marked in it */
const pane = (page: Page, title: string) => {
  const text = page.getByRole("dialog").getByRole("group", { name: title })
  return { text: () => text.textContent(), marks: () => text.locator("mark").allTextContents() }
}
const open = (page: Page, action: string) => page.getByRole("button", { name: `Refused: why ${action} was` }).click()
const close = async (page: Page) => {
  await page.getByRole("button", { name: "Close" }).click()
  await page.getByRole("dialog").waitFor({ state: "hidden" })
}

describe("a signature that was refused", () => {
  it(
    "for a mistake that is known: both texts, and what differs",
    scene(async ({ page, server }) => {
      const parameters = { Action: "DescribeRegions", Zebra: "1", AcceptLanguage: "en-US" }
      const signed = await byHand(server.url, parameters, { isSorted: false })
      await open(page, "DescribeRegions")
      await page.getByText("The mistake: the parameters are not sorted.").waitFor()
      const [mismatch] = await Effect.runPromise(server.emulator.mismatches)
      const gateway = pane(page, "String to sign of the gateway")
      const client = pane(page, "String to sign of the client")
      expect(await gateway.text()).toBe(mismatch?.expected)
      expect(await client.text()).toBe(signed)
      expect(await gateway.text()).not.toBe(signed)
      for (const { marks, text } of [gateway, client]) {
        const marked = (await marks()).join("")
        expect(marked).toContain("AcceptLanguage")
        expect(marked.length).toBeLessThan((await text())?.length ?? 0)
      }
      await page
        .getByRole("dialog")
        .getByText(mismatch?.requestId ?? "?")
        .waitFor()
      await close(page)
    })
  )

  it(
    "for a key that is made in another way: the texts are the same",
    scene(async ({ page, server }) => {
      const signed = await byHand(server.url, { Action: "DescribeRegions" }, { key: "testsecret" })
      await open(page, "DescribeRegions")
      await page.getByText("The mistake: the key lacks the & behind the secret.").waitFor()
      await page.getByText("The texts are the same: what was done with them differs.").waitFor()
      for (const side of ["gateway", "client"]) {
        const { marks, text } = pane(page, `String to sign of the ${side}`)
        expect(await text()).toBe(signed)
        expect(await marks()).toEqual([])
      }
    })
  )

  it(
    "for a wrong secret: the client's own text can be pasted",
    scene(async ({ page, server }) => {
      const signed = await byHand(server.url, { Action: "DescribeRegions", Name: "a b" }, { key: "wrongsecret&" })
      await open(page, "DescribeRegions")
      await page.getByText("None of the usual mistakes explains this signature").waitFor()
      const gateway = pane(page, "String to sign of the gateway")
      expect(await gateway.text()).toBe(signed)
      expect(await gateway.marks()).toEqual([])
      const box = page.getByLabel("paste it here to compare")
      await box.fill(signed)
      await page.getByText("The texts are the same: the secret is another one").waitFor()
      await box.fill(signed.replace("a%2520b", "a%2Bb").replace("GET", "get"))
      await page.getByText("What differs is marked.").waitFor()
      expect(await gateway.marks()).toEqual(["GET", "%2520"])
      expect(await pane(page, "String to sign of the client").marks()).toEqual(["get", "%2B"])
      await box.fill(`${signed}\n`)
      expect(await pane(page, "String to sign of the client").marks()).toEqual(["\n"])
      await box.fill("")
      expect(await gateway.marks()).toEqual([])
      await close(page)
    })
  )

  it(
    "of ACS3: the canonical request, or the string to sign, whichever is pasted",
    scene(async ({ call, page, server }) => {
      expect(await call(regions, people.impostor)).toBe("400 InvalidAccessKeySecret")
      await open(page, "DescribeRegions")
      const box = page.getByLabel("If your client can print the canonical request or the string to sign")
      await box.waitFor()
      const [mismatch] = await Effect.runPromise(server.emulator.mismatches)
      const { canonicalRequest = "", expected = "" } = mismatch ?? {}
      const gateway = pane(page, "Canonical request of the gateway")
      expect(await gateway.text()).toBe(canonicalRequest)
      await box.fill(canonicalRequest.replace("\n/\n", "\n//\n"))
      expect(await pane(page, "Canonical request of the client").marks()).toEqual(["/"])
      await box.fill(expected)
      await page.getByText("The texts are the same").waitFor()
      expect(await gateway.text()).toBe(expected)
      await close(page)
    })
  )

  it(
    "for something else than its signature",
    scene(async ({ call, page }) => {
      expect(await call(regions, people.stranger)).toBe("404 InvalidAccessKeyId.NotFound")
      await open(page, "DescribeRegions")
      await page.getByText("The signature was not compared").waitFor()
      await close(page)
    })
  )
})

describe("instances", () => {
  const statusOf = (page: Page, id: string) =>
    page.getByRole("region", { name: "Instances" }).getByRole("row").filter({ hasText: id }).locator(".state")

  it(
    "show their state, and change it",
    scene(
      async ({ call, page, server }) => {
        const instances = await Effect.runPromise(server.emulator.instances)
        await eventually(() => page.getByRole("region", { name: "Instances" }).locator("tbody tr").count()).toBe(
          instances.length
        )
        for (const { InstanceId, Status } of instances) {
          expect(await statusOf(page, InstanceId).textContent()).toBe(Status)
        }
        const { InstanceId: id = "" } = instances.find(({ Status }) => Status === "Running") ?? {}
        expect(await call(ecs("StopInstance", { InstanceId: id }))).toBe("200")
        await eventually(() => statusOf(page, id).textContent()).toBe("Stopping")
        await eventually(() => statusOf(page, id).textContent()).toBe("Stopped")
        expect(await call(ecs("DeleteInstance", { InstanceId: id }))).toBe("200")
        await eventually(() => statusOf(page, id).count()).toBe(0)
      },
      { emulator: { transition: "4 seconds" } }
    )
  )
})

describe("faults", () => {
  const active = (page: Page) => page.getByRole("list", { name: "Faults that are switched on" }).getByRole("listitem")
  const on = (page: Page) => page.getByRole("button", { name: "Switch on" }).click()

  it(
    "hit the next call, and no more when they are switched off",
    scene(async ({ call, page, server }) => {
      await page.getByText("None is switched on.").waitFor()
      await page.getByLabel("Code").fill("Made.Up")
      await page.getByLabel("Product").fill("ecs")
      await page.getByLabel("Times").fill("3")
      await on(page)
      await active(page).waitFor()
      expect(await active(page).textContent()).toContain("Made.Up")
      expect(await active(page).textContent()).toContain("ecs, any action, 3 left")
      expect(await call(regions)).toBe("503 Made.Up")
      await active(page).getByText("2 left").waitFor()
      await rowsOf(page).nth(0).waitFor()
      expect((await textsOf(rowsOf(page).first())).at(-1)).toBe("Error")
      await page.getByRole("button", { name: "Switch off Error, fault-1" }).click()
      await active(page).waitFor({ state: "detached" })
      expect(await Effect.runPromise(server.emulator.faults)).toEqual([])
      expect(await call(regions)).toBe("200")
    })
  )

  const kinds: ReadonlyArray<readonly [fill: Readonly<Record<string, string>>, fault: Fault.Fault]> = [
    [
      { Status: "400", Code: "Throttling.User", Message: "Slow down.", "Retry after, ms": "1500" },
      { _tag: "Error", status: 400, code: "Throttling.User", message: "Slow down.", retryAfter: 1500 }
    ],
    [{ "Wait, ms": "250" }, Fault.delay(250)],
    [{ Where: "body" }, Fault.reset("body")],
    [{}, Fault.truncate],
    [{}, Fault.endless],
    [{}, Fault.garbage],
    [{ "Bytes, unpacked": "1000" }, Fault.gzipBomb(1000)],
    [{ Status: "307", Location: "http://elsewhere.example/" }, Fault.redirect("http://elsewhere.example/", 307)],
    [{ "Ahead by": "-60000" }, Fault.wrongDate({ behind: 60_000 })]
  ]
  it(
    "of every kind, and all off at once",
    scene(async ({ page, server }) => {
      const form = page.getByRole("form", { name: "Switch on a fault" })
      for (const [count, [fill, fault]] of kinds.entries()) {
        await form.getByLabel("Kind").selectOption(fault._tag)
        for (const [label, value] of Object.entries(fill)) {
          const control = form.getByLabel(label)
          if (await control.evaluate((element) => element.nodeName === "SELECT")) await control.selectOption(value)
          else await control.fill(value)
        }
        await on(page)
        await eventually(() => active(page).count()).toBe(count + 1)
      }
      const faults = await Effect.runPromise(server.emulator.faults)
      expect(faults.map(({ fault }) => fault)).toEqual(kinds.map(([, fault]) => fault))
      await page.getByRole("button", { name: "Switch all off" }).click()
      await page.getByText("None is switched on.").waitFor()
      expect(await Effect.runPromise(server.emulator.faults)).toEqual([])
    })
  )

  it(
    "for some of the calls; and what is wrong with it is said",
    scene(
      async ({ page, server }) => {
        await page.getByLabel("Action").fill("DescribeRegions")
        await page.getByLabel("Share").fill("0.25")
        await on(page)
        await active(page).waitFor()
        const [fault] = await Effect.runPromise(server.emulator.faults)
        expect(fault?.target).toEqual({ action: "DescribeRegions", share: 0.25 })
        await page.getByLabel("Share").fill("25")
        // the form itself refuses that, and is told to let it through
        await page.getByRole("form").evaluate((form) => form.setAttribute("novalidate", ""))
        await on(page)
        await page.getByRole("alert").getByText("target.share: Expected a number between 0 and 1, actual 25").waitFor()
      },
      // the browser reports the status
      { isNoisy: true }
    )
  )
})

describe("strangers", () => {
  const hostile = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`

  it(
    "cannot put anything into the page",
    scene(async ({ page, server }) => {
      const { emulator, url } = server
      await Effect.runPromise(
        emulator.handle(hostile, hostile, () => Route.failure({ status: 400, code: hostile, message: hostile }))
      )
      await byHand(url, { Action: hostile, Version: "2020-01-01" })
      await byHand(url, { Action: hostile, [hostile]: hostile }, { isSorted: false })
      await byHand(url, { Action: hostile, [hostile]: hostile, AccessKeyId: "testid" }, { key: hostile })
      await byHand(url, { Action: "DescribeRegions", AccessKeyId: hostile })
      await fetch(`${url}/${encodeURI(hostile)}`)
      await Effect.runPromise(
        emulator.fault(
          { _tag: "Error", status: 400, code: hostile, message: hostile },
          { product: hostile, action: hostile }
        )
      )
      await eventually(() => rowsOf(page).count()).toBe(5)
      expect((await actionsOf(page)).filter((text) => text === hostile)).toHaveLength(3)
      await page.getByRole("listitem").getByText(`code ${hostile}`).waitFor()
      for (const button of await page.getByRole("button", { name: "Refused: why" }).all()) {
        await button.click()
        await page.getByRole("dialog").locator("dl").waitFor()
        await close(page)
      }
      // what is marked, and what is pasted
      await page
        .getByRole("button", { name: `Refused: why ${hostile}` })
        .first()
        .click()
      await page.getByLabel("paste it here to compare").fill(hostile)
      expect(await pane(page, "String to sign of the client").text()).toBe(hostile)
      await close(page)
    })
  )

  it(
    "cannot get at it from a page of their own",
    scene(
      async ({ adminUrl, call, page, server }) => {
        const html = `<!doctype html><title>elsewhere</title>
          <iframe src="${adminUrl}/"></iframe>
          <iframe name="answer"></iframe>
          <form id="form" method="post" target="answer" enctype="text/plain" action="${adminUrl}/api/faults">
            <input name='{"fault":{"_tag":"Garbage"},"target":{},"x":"' value='"}'>
          </form>`
        const elsewhere = createServer((_, response) => response.setHeader("content-type", "text/html").end(html))
        await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve))
        const { port } = elsewhere.address() as AddressInfo
        const body = JSON.stringify({ fault: Fault.garbage })
        const attempts = `(async () => {
          const url = ${JSON.stringify(`${adminUrl}/api/`)}
          const body = ${JSON.stringify(body)}
          const json = { "content-type": "application/json" }
          const attempt = (path, init) => fetch(url + path, init).then((response) => response.type, () => "refused")
          document.getElementById("form").submit()
          const source = new EventSource(url + "events")
          const events = await new Promise((resolve) => {
            source.onopen = () => resolve("open")
            source.onerror = () => resolve("refused")
          })
          return [
            await attempt("calls"),
            await attempt("faults", { method: "POST", body, headers: json }),
            await attempt("faults", { method: "POST", body, mode: "no-cors" }),
            await attempt("faults", { method: "DELETE", headers: json }),
            await attempt("calls", { mode: "no-cors" }),
            events
          ]
        })()`
        await Effect.runPromise(server.emulator.fault(Fault.truncate))
        for (const host of ["127.0.0.1", "localhost", "evil.example"]) {
          await page.goto(`http://${host}:${port}/`)
          const [calls, ...rest] = (await page.evaluate(attempts)) as ReadonlyArray<string>
          expect([calls, ...rest]).toEqual(["refused", "refused", expect.anything(), "refused", "refused", "refused"])
          expect(page.frames().some((frame) => frame.url() === `${adminUrl}/`)).toBe(false)
        }
        elsewhere.close()
        expect((await Effect.runPromise(server.emulator.faults)).map(({ fault }) => fault)).toEqual([Fault.truncate])
        await Effect.runPromise(server.emulator.clearFaults())
        expect(await call(regions)).toBe("200")
        // a name of theirs that points here
        const rebound = await page.goto(`http://evil.example:${new URL(adminUrl).port}/api/calls`)
        expect(rebound?.status()).toBe(403)
        await page.goto(adminUrl)
      },
      { isNoisy: true }
    )
  )
})

describe("whoever looks", () => {
  it(
    "may do so without a mouse",
    scene(async ({ call, page, server }) => {
      await byHand(server.url, { Action: "DescribeRegions" }, { isSorted: false })
      await call(regions)
      await eventually(() => rowsOf(page).count()).toBe(2)
      const focused = () =>
        page.evaluate(`(() => {
          const { ariaLabel, id, textContent } = document.activeElement
          return id || ariaLabel || textContent
        })()`)
      const visited: Array<unknown> = []
      for (let i = 0; i < 20 && visited.at(-1) !== "Switch on"; i++) {
        await page.keyboard.press("Tab")
        visited.push(await focused())
      }
      for (const name of [
        "filter",
        "pause",
        "Refused: why DescribeRegions was",
        "kind",
        "product",
        "times",
        "Switch on"
      ]) {
        expect(visited).toContain(name)
      }
      await page.keyboard.press("Enter")
      await page.getByRole("button", { name: "Switch off Error" }).focus()
      // the list is shown anew all the time, and the focus stays
      await call(regions)
      await page.waitForTimeout(1500)
      await page.keyboard.press("Enter")
      await page.getByText("None is switched on.").waitFor()
      await page.getByRole("button", { name: "Refused" }).focus()
      await page.keyboard.press("Enter")
      await page.getByText("The mistake: the parameters are not sorted.").waitFor()
      await page.keyboard.press("Escape")
      await page.getByRole("dialog").waitFor({ state: "hidden" })
      expect(await focused()).toBe("Refused: why DescribeRegions was")
    })
  )

  const controls = ["button", "checkbox", "combobox", "searchbox", "spinbutton", "textbox", "dialog", "region", "form"]
  it(
    "hears a name of every control",
    scene(async ({ page, server }) => {
      await byHand(server.url, { Action: "DescribeRegions" }, { key: "wrongsecret&" })
      await Effect.runPromise(server.emulator.fault(Fault.garbage))
      await page.getByRole("listitem").waitFor()
      const session = await page.context().newCDPSession(page)
      const namesOf = async () => {
        const { nodes } = await session.send("Accessibility.getFullAXTree")
        return nodes
          .filter(({ ignored, role }) => !ignored && controls.includes(String(role?.value)))
          .map(({ name, role }) => ({ role: role?.value, name: String(name?.value ?? "") }))
      }
      const outside = await namesOf()
      await open(page, "DescribeRegions")
      await page.getByLabel("paste it here to compare").waitFor()
      const names = [...outside, ...(await namesOf())]
      expect(names.filter(({ name }) => name.trim() === "")).toEqual([])
      expect(names.length).toBeGreaterThan(15)
    })
  )

  it(
    "sees all of it: on narrow and wide screens, light and dark",
    scene(async ({ page, server }) => {
      await byHand(server.url, { Action: `A${"b".repeat(300)}` }, { isSorted: false })
      await Effect.runPromise(server.emulator.fault(Fault.redirect(`http://a/${"b".repeat(300)}`)))
      await page.getByRole("listitem").waitFor()
      await rowsOf(page).nth(0).waitFor()
      const colour = (name: string) =>
        page.evaluate<number>(`Number(getComputedStyle(document.body).${name}.match(/\\d+/)[0])`)
      const dialog = page.getByRole("dialog")
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme })
        expect((await colour("backgroundColor")) > (await colour("color"))).toBe(colorScheme === "light")
        for (const width of [320, 600, 1000, 1400]) {
          await page.setViewportSize({ width, height: 800 })
          const tooWide = () => page.evaluate("document.documentElement.scrollWidth - innerWidth")
          expect(await tooWide(), `${width}`).toBeLessThanOrEqual(0)
          await page.getByRole("button", { name: "Refused" }).click()
          await page.getByText("The mistake").waitFor()
          expect(await tooWide(), `${width}`).toBeLessThanOrEqual(0)
          expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0)
          await close(page)
        }
      }
    })
  )
})
