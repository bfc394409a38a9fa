// What the parts of the page share.

export const byId = (id) => document.getElementById(id)

/** children that are strings become text, whatever is in them */
export const element = (name, attributes, ...children) => {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

const call = async (path, init) => {
  const response = await fetch(path, init)
  if (!response.ok) throw new Error((await response.text()).trim())
  return response.status === 204 ? undefined : response.json()
}

export const read = (path) => call(path)

export const change = (method, path, value) =>
  call(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(value) })

/** Keeps the children of `parent` as they are where their items stay: what has the focus, or is selected, is not lost. */
export const keyed = (parent, items, key, create, update) => {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]))
  items.forEach((item, index) => {
    const id = String(key(item))
    let child = old.get(id)
    old.delete(id)
    if (child === undefined) {
      child = create(item)
      child.dataset.key = id
    }
    update(child, item)
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null)
  })
  for (const gone of old.values()) gone.remove()
}
