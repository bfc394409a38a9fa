// Why a call was refused: the text that the gateway builds and the one that the client signed, side by side.
import { compare } from "./compare.js"
import { byId, element, read } from "./lib.js"

const dialog = byId("why")

const fact = (name, value) => [element("dt", {}, name), element("dd", {}, value ?? "none")]

const pane = (title) => {
  const text = element("pre", { tabindex: "0", role: "group", "aria-label": title })
  return { figure: element("figure", {}, element("figcaption", {}, title), text), text }
}

/** line feeds are shown where they differ, by the style sheet: the text stays what it is */
const put = (target, pieces) => {
  const children = pieces.flatMap(({ differs, text }) =>
    differs
      ? text
          .split(/(\n)/)
          .filter((part) => part !== "")
          .map((part) => element("mark", part === "\n" ? { class: "line-feed" } : {}, part))
      : [text]
  )
  target.replaceChildren(...children)
}

/** the two panes, and a way to fill them */
const panes = (name) => {
  const gateway = pane(`${name} of the gateway`)
  const client = pane(`${name} of the client`)
  return {
    node: element("div", { class: "panes" }, gateway.figure, client.figure),
    show: (expected, signed) => {
      client.figure.hidden = signed === undefined
      const { left, right } = signed === undefined ? {} : compare(expected, signed)
      put(gateway.text, left ?? [{ text: expected, differs: false }])
      put(client.text, right ?? [])
      return expected === signed
    }
  }
}

const explained = ({ canonicalRequest, client, expected }) => {
  const { node, show } = panes(canonicalRequest === undefined ? "String to sign" : "Canonical request")
  const isSame = show(canonicalRequest ?? expected, client.signed)
  const note = isSame ? "The texts are the same: what was done with them differs." : "What differs is marked."
  return [element("p", { class: "mistake" }, `The mistake: ${client.mistake}.`), element("p", {}, note), node]
}

/** the client's own text, where it can print it, says more than a guess */
const pasted = ({ algorithm, canonicalRequest, expected }) => {
  const isAcs3 = canonicalRequest !== undefined
  const { node, show } = panes(isAcs3 ? "Canonical request" : "String to sign")
  const box = element("textarea", { rows: "4", spellcheck: "false", autocomplete: "off" })
  const verdict = element("p", { role: "status" })
  // of ACS3 both texts may be at hand; the short one begins with the algorithm
  const update = () => {
    const signed = box.value === "" ? undefined : box.value
    const isShort = isAcs3 && signed?.startsWith(`${algorithm}\n`)
    const isSame = show(isAcs3 && !isShort ? canonicalRequest : expected, signed)
    verdict.textContent =
      signed === undefined
        ? ""
        : isSame
          ? "The texts are the same: the secret is another one, or the key was not made of it as it should be."
          : "What differs is marked."
  }
  box.addEventListener("input", update)
  update()
  const asked = isAcs3 ? "the canonical request or the string to sign" : "the string to sign"
  return [
    element("p", { class: "mistake" }, "None of the usual mistakes explains this signature: the secret may be wrong."),
    element("label", { class: "paste" }, `If your client can print ${asked}, paste it here to compare: `, box),
    verdict,
    node
  ]
}

const withoutMismatch = ({ code }) => {
  const text =
    code === "SignatureDoesNotMatch"
      ? "Only the last 100 signatures that were refused are kept, and this one is gone."
      : "The signature was not compared: the call was refused for something else first."
  return [element("p", {}, text)]
}

const details = (call, mismatch) => {
  const facts = [
    ...fact("Answer", [call.status, call.code].filter((part) => part !== undefined).join(" ")),
    ...fact("Request", `${call.method} ${call.path}`),
    ...fact("Request ID", call.requestId),
    ...fact("Access key ID", mismatch?.accessKeyId ?? call.accessKeyId),
    ...(mismatch === undefined ? [] : fact("Algorithm", mismatch.algorithm))
  ]
  if (mismatch?.canonicalRequest !== undefined) {
    facts.push(element("dt", {}, "String to sign"), element("dd", {}, element("pre", {}, mismatch.expected)))
  }
  return element("dl", {}, ...facts)
}

let latest

export const explain = async (call) => {
  latest = call
  byId("why-title").textContent = `Why ${call.action ?? call.path} was refused`
  byId("why-body").replaceChildren("…")
  if (!dialog.open) dialog.showModal()
  try {
    const mismatches = await read("/api/mismatches")
    // closed in the meantime, and opened for another call
    if (latest !== call) return
    const mismatch = mismatches.find(({ requestId }) => requestId === call.requestId)
    const why =
      mismatch === undefined
        ? withoutMismatch(call)
        : mismatch.client === undefined
          ? pasted(mismatch)
          : explained(mismatch)
    byId("why-body").replaceChildren(...why, details(call, mismatch))
  } catch (problem) {
    byId("why-body").replaceChildren(element("p", { class: "error" }, problem.message))
  }
}

byId("close").addEventListener("click", () => dialog.close())
