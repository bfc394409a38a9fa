// Faults: the form that switches them on, and the list of those that are.
import { byId, change, element, keyed, read } from "./lib.js"

const number = (name, label, value, more = {}) => ({ name, label, value, attributes: { type: "number", ...more } })
const text = (name, label, value) => ({ name, label, value, attributes: { autocomplete: "off", spellcheck: "false" } })
const choice = (name, label, options) => ({ name, label, options })

// in the words and in the order of `Fault`
const kinds = {
  Error: {
    text: "The gateway answers with an error; the operation does not take place.",
    fields: [
      number("status", "Status", 503, { min: 200, max: 599, required: "" }),
      text("code", "Code", "ServiceUnavailable"),
      text("message", "Message", "The request has failed due to a temporary failure of the server."),
      number("retryAfter", "Retry after, ms", "", { min: 0, placeholder: "not said" })
    ]
  },
  Delay: { text: "The operation waits.", fields: [number("millis", "Wait, ms", 2000, { min: 0, required: "" })] },
  Reset: {
    text: "The connection is reset. Only before the answer, the operation does not take place.",
    fields: [choice("at", "Where", ["before", "headers", "body"])]
  },
  Truncate: { text: "The connection is closed in the middle of the body.", fields: [] },
  Endless: { text: "The body never ends.", fields: [] },
  Garbage: { text: "Status 200, and bytes that are neither JSON nor XML.", fields: [] },
  GzipBomb: {
    text: "A small body that unpacks to many zeros.",
    fields: [number("bytes", "Bytes, unpacked", 268435456, { min: 0, max: 2 ** 30, required: "" })]
  },
  Redirect: {
    text: "The gateway sends the client elsewhere.",
    fields: [
      choice("status", "Status", [302, 301, 303, 307, 308]),
      text("location", "Location", "http://redirected.example/")
    ]
  },
  WrongDate: {
    text: "The date of the answer is wrong.",
    fields: [number("offset", "Ahead by, ms (below zero: behind)", -3600000, { required: "" })]
  }
}

const kind = byId("kind")
const parameters = byId("parameters")
const error = byId("fault-error")

const control = ({ attributes, name, options, value }) => {
  if (options === undefined) return element("input", { name, value, ...attributes })
  return element("select", { name }, ...options.map((option) => element("option", {}, String(option))))
}

const showFields = () => {
  const { fields, text } = kinds[kind.value]
  byId("kind-text").textContent = text
  parameters.replaceChildren(...fields.map((field) => element("label", {}, `${field.label} `, control(field))))
}

/** what is left empty is not sent; texts of a fault may be empty */
const valueOf = ({ attributes, name, options }) => {
  const { value } = parameters.querySelector(`[name="${name}"]`)
  if (attributes?.type !== "number") return typeof options?.[0] === "number" ? Number(value) : value
  return value === "" ? undefined : Number(value)
}

const targetOf = () => {
  const filled = (id) => byId(id).value.trim() || undefined
  const numeric = (id) => (filled(id) === undefined ? undefined : Number(filled(id)))
  return { product: filled("product"), action: filled("action"), share: numeric("share"), times: numeric("times") }
}

/** shows the list as it then is, or what went wrong */
const act = async (...request) => {
  error.textContent = ""
  try {
    await change(...request)
    showFaults(await read("/api/faults"))
  } catch (problem) {
    error.textContent = problem.message
  }
}

const describe = ({ fault: { _tag, ...values }, left, target: { action, product, share } }) => {
  const what = Object.entries(values).map(([name, value]) => `${name} ${value}`)
  const which = [product ?? "any product", action ?? "any action"]
  if (share !== undefined) which.push(`share ${share}`)
  if (left !== undefined) which.push(`${left} left`)
  return [_tag, what.join(", "), which.join(", ")]
}

export const showFaults = (faults) => {
  keyed(
    byId("active-faults"),
    faults,
    ({ id }) => id,
    ({ fault, id }) => {
      const off = element("button", { type: "button", "aria-label": `Switch off ${fault._tag}, ${id}` }, "Switch off")
      off.addEventListener("click", () => act("DELETE", `/api/faults/${id}`))
      const texts = element("div", { class: "grow" }, element("strong", {}), element("p", {}), element("p", {}))
      return element("li", {}, texts, off)
    },
    (item, fault) => {
      const texts = describe(fault)
      ;[...item.firstElementChild.children].forEach((part, index) => {
        part.textContent = texts[index]
        part.hidden = texts[index] === ""
      })
    }
  )
  byId("no-faults").hidden = faults.length > 0
  byId("all-off").hidden = faults.length < 2
}

kind.append(...Object.keys(kinds).map((name) => element("option", {}, name)))
kind.addEventListener("change", showFields)
showFields()
byId("all-off").addEventListener("click", () => act("DELETE", "/api/faults"))
byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault()
  const values = kinds[kind.value].fields.map((field) => [field.name, valueOf(field)])
  act("POST", "/api/faults", { fault: { _tag: kind.value, ...Object.fromEntries(values) }, target: targetOf() })
})
