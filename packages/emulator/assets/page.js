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
  const { action, attempt, at, code, fault, latency, method, path, product, sequence, status, verdict } = call
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
  return { row, searched }
}

const applyFilter = ({ row, searched }) => {
  const words = filter.value.toLowerCase().split(/\s+/)
  row.hidden = !words.every((word) => searched.includes(word))
}

/** newest first, whatever the order in which they come */
const add = (calls) => {
  for (const call of calls) {
    if (known.has(call.sequence)) continue
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

/** at the start, after a pause, and when events were missed */
const load = async () => {
  // without an answer the connection is lost, and this is done again when it is back
  add(await read(`/api/calls?limit=${shown}`).catch(() => []))
}

/** another emulator may have come up in the place of the last one */
const restart = () => {
  known.clear()
  rows.replaceChildren()
  load()
}

// many calls may come in a moment: they are shown once a frame
const flush = () => {
  const calls = arrived
  arrived = []
  if (isPaused) {
    missed += calls.length
    byId("missed").textContent = `${missed} more`
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
  // a page in the background gets no frames
  if (arrived.length > 2 * shown) arrived = arrived.slice(-shown)
}

filter.addEventListener("input", () => known.forEach(applyFilter))
pause.addEventListener("click", () => {
  isPaused = !isPaused
  missed = 0
  byId("missed").textContent = ""
  pause.textContent = isPaused ? "Go on" : "Pause"
  pause.setAttribute("aria-pressed", String(isPaused))
  if (!isPaused) load()
})

// ----------------------------------------------------------------------------------------------------------- connection

let isConnected = false

const say = (state, text) => {
  isConnected = state === "live"
  byId("connection").dataset.state = state
  byId("connection").textContent = text
}

const listen = () => {
  const events = new EventSource("/api/events")
  events.addEventListener("open", () => {
    say("live", "Live")
    if (!isPaused) restart()
    refresh()
  })
  events.addEventListener("message", ({ data }) => receive(JSON.parse(data)))
  events.addEventListener("dropped", () => {
    events.close()
    say("lost", "Too many pages are open: reload this one to see new calls")
  })
  events.addEventListener("error", () => {
    say("lost", "Not connected, trying again…")
    if (events.readyState !== EventSource.CLOSED) return
    // refused, which the browser takes for final
    setTimeout(listen, 3000)
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
document.addEventListener("visibilitychange", refresh)
listen()
