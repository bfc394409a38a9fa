// The page of the admin port. What it shows comes from strangers, so all of it is put in as text, never as HTML.
import { showFaults } from "./faults.js"
import { byId, element, keyed, read } from "./lib.js"
import { explain } from "./mismatch.js"

/** of the calls, the last so many */
const shown = 500

const rows = byId("call-rows")
const filter = byId("filter")
const pause = byId("pause")

// ---------------------------------------------------------------------------------------------------------------- calls

/** by sequence */
const known = new Map()
let arrived = []
let isPaused = false
let missed = 0

const time = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23"
})

const cell = (name, text = "", content = text) =>
  element("td", { role: "cell", "data-label": name, title: text }, content)

const makeRow = (call) => {
  const { action, attempt, at, code, fault, latency, method, path, product, requestId, sequence, status, verdict } =
    call
  const isRefused = verdict === "Refused"
  const what = action ?? path
  const button = element("button", { type: "button", "aria-haspopup": "dialog" }, "Refused")
  const row = element(
    "tr",
    { role: "row", "data-sequence": sequence, class: isRefused ? "refused" : "" },
    cell("Time", time.format(at)),
    cell("Method", method),
    cell("Product", product),
    cell("Action", what),
    cell("Status", String(status)),
    cell("Code", code),
    cell("Attempt", String(attempt)),
    cell("Latency", `${latency} ms`),
    cell("Verdict", verdict, isRefused ? button : verdict),
    cell("Fault", fault)
  )
  row.querySelector("[data-label=Status]").classList.add(status < 400 ? "good" : "bad")
  if (isRefused) {
    button.setAttribute("aria-label", `Refused: why ${what} was`)
    row.addEventListener("click", () => explain(call))
  }
  const searched = [method, product, action, path, status, code, verdict, fault].join(" ").toLowerCase()
  return { row, searched, sequence, requestId }
}

const applyFilter = ({ row, searched }) => {
  const words = filter.value.toLowerCase().split(/\s+/)
  row.hidden = !words.every((word) => searched.includes(word))
}

const forget = (one) => {
  one.row.remove()
  if (known.get(one.sequence) === one) known.delete(one.sequence)
}

/** newest first, whatever the order in which they come */
const add = (calls) => {
  for (const call of calls) {
    const old = known.get(call.sequence)
    if (old?.requestId === call.requestId) continue
    // another emulator counts from one again
    if (old !== undefined) forget(old)
    const made = makeRow(call)
    applyFilter(made)
    known.set(call.sequence, made)
    let next = rows.firstElementChild
    while (next !== null && Number(next.dataset.sequence) > call.sequence) next = next.nextElementSibling
    rows.insertBefore(made.row, next)
  }
  while (rows.childElementCount > shown) {
    known.delete(Number(rows.lastElementChild.dataset.sequence))
    rows.lastElementChild.remove()
  }
  byId("no-calls").hidden = known.size > 0
}

const showMissed = (count) => {
  missed = count
  byId("missed").textContent = count === 0 ? "" : `${count} more`
}

/** when there is a connection, after a pause, and when events were missed. It may be another emulator that answers now */
const load = async () => {
  const before = [...known.values()]
  // without an answer the connection is lost, and this is done again when it is back
  const calls = await read(`/api/calls?limit=${shown}`).catch(() => undefined)
  if (calls === undefined) return
  const ids = new Set(calls.map(({ requestId }) => requestId))
  // calls of another emulator, or too old to be shown
  const gone = before.filter(({ requestId }) => !ids.has(requestId))
  if (isPaused) return showMissed(calls.length - (before.length - gone.length))
  gone.forEach(forget)
  add(calls)
}

// many calls may come in a moment: they are shown once a frame
const flush = () => {
  const calls = arrived
  arrived = []
  if (calls.length === 0) return
  if (isPaused) {
    showMissed(missed + calls.length)
  } else {
    const before = calls[0].sequence - 1
    const isGap = before > 0 && !known.has(before)
    add(calls)
    if (isGap) load()
  }
}

const receive = (call) => {
  arrived.push(call)
  if (arrived.length === 1) requestAnimationFrame(flush)
  // a frame may be long in coming; what is left out then, flush asks for
  if (arrived.length > 2 * shown) arrived = arrived.slice(-shown)
}

filter.addEventListener("input", () => known.forEach(applyFilter))
pause.addEventListener("click", () => {
  isPaused = !isPaused
  showMissed(0)
  pause.textContent = isPaused ? "Go on" : "Pause"
  pause.setAttribute("aria-pressed", String(isPaused))
  if (!isPaused) load()
})

// ----------------------------------------------------------------------------------------------------------- connection

let isConnected = false
let events

const say = (state, text) => {
  isConnected = state === "live"
  byId("connection").dataset.state = state
  byId("connection").textContent = text
}

/** A browser has six connections to a host, for all its pages: one that nobody sees leaves its own to the others. */
const listen = () => {
  events?.close()
  if (document.hidden) return
  const opened = new EventSource("/api/events")
  events = opened
  opened.addEventListener("open", () => {
    say("live", "Live")
    // what is left of the last connection is asked for again
    arrived = []
    load()
    refresh()
  })
  opened.addEventListener("message", ({ data }) => receive(JSON.parse(data)))
  opened.addEventListener("dropped", () => {
    opened.close()
    say("lost", "Too many pages are open: reload this one to see new calls")
  })
  opened.addEventListener("error", () => {
    say("lost", "Not connected, trying again…")
    if (opened.readyState !== EventSource.CLOSED) return
    // refused, which the browser takes for final
    setTimeout(() => {
      // unless the page was away and back meanwhile
      if (events === opened) listen()
    }, 3000)
  })
}

// ------------------------------------------------------------------------------------------------------------ instances

const showInstances = (instances) => {
  keyed(
    byId("instance-rows"),
    instances,
    ({ InstanceId }) => InstanceId,
    () => {
      const parts = [element("span", {}), element("span", { class: "faint" }), element("code", { class: "faint" })]
      return element("tr", {}, element("th", { scope: "row" }, ...parts), element("td", { class: "state" }))
    },
    (row, { InstanceId, InstanceName = "", RegionId = "", Status }) => {
      const [name, state] = row.cells
      ;[InstanceName, RegionId, InstanceId].forEach((text, index) => {
        name.children[index].textContent = text
      })
      state.textContent = Status
      state.dataset.state = Status
    }
  )
  byId("no-instances").hidden = instances.length > 0
}

const refresh = async () => {
  if (document.hidden || !isConnected) return
  const [instances, faults] = await Promise.all([read("/api/instances"), read("/api/faults")]).catch(() => [])
  if (instances === undefined) return
  showInstances(instances)
  showFaults(faults)
}

setInterval(refresh, 1000)
document.addEventListener("visibilitychange", () => {
  say("waiting", "Connecting…")
  listen()
})
listen()
