// Where two texts differ: by words and escapes first, so that what has moved is marked as a whole, then by characters.

// of escapes also those that were encoded once more
const tokens = (text) => text.match(/%25[0-9a-f]{2}|%[0-9a-f]{2}|[a-z0-9]+|[^]/giu) ?? []

// beyond so many pairs of tokens, all between the equal ends counts as different
const most = 4_000_000

/** how long the equal start of two lists is, no longer than `limit` */
const equalStart = (left, right, limit = Math.min(left.length, right.length)) => {
  let length = 0
  while (length < limit && left[length] === right[length]) length++
  return length
}

/** splits two lists into their equal start, what lies between, and their equal end */
const ends = (left, right) => {
  const start = equalStart(left, right)
  const rest = Math.min(left.length, right.length) - start
  const end = equalStart(left.toReversed(), right.toReversed(), rest)
  return { start, left: left.slice(start, left.length - end), right: right.slice(start, right.length - end), end }
}

/** the pairs of places of a longest common subsequence */
const common = (left, right) => {
  if (left.length * right.length > most) return []
  const width = right.length + 1
  const length = new Uint16Array((left.length + 1) * width)
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      length[i * width + j] =
        left[i] === right[j]
          ? length[(i + 1) * width + j + 1] + 1
          : Math.max(length[(i + 1) * width + j], length[i * width + j + 1])
    }
  }
  const pairs = []
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j]) pairs.push([i++, j++])
    else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) i++
    else j++
  }
  return pairs
}

/** what differs and what does not, in turn, beginning and ending with what differs (or with nothing): lists of tokens */
const segments = (left, right) => {
  const gaps = []
  const runs = []
  let i = 0
  let j = 0
  const skipTo = (nextI, nextJ) => {
    gaps.push({ left: left.slice(i, nextI), right: right.slice(j, nextJ) })
    i = nextI
    j = nextJ
  }
  for (const [nextI, nextJ] of common(left, right)) {
    if (runs.length === 0 || nextI > i || nextJ > j) {
      skipTo(nextI, nextJ)
      runs.push([])
    }
    runs.at(-1).push(left[nextI])
    i = nextI + 1
    j = nextJ + 1
  }
  skipTo(left.length, right.length)
  return { gaps, runs }
}

const isSwap = ({ left, right }) => left.length === 1 && right.length === 1
const isEmpty = ({ left, right }) => left.length + right.length === 0
const isWord = (token) => /^[a-z0-9]/i.test(token)

/** Between texts in another order, `=` and `&` are found equal here and there, which means nothing. */
const withoutIslands = ({ gaps, runs }) => {
  const [first, ...more] = gaps
  const kept = { gaps: [first], runs: [] }
  more.forEach((gap, index) => {
    const run = runs[index]
    const last = kept.gaps.at(-1)
    const isEdge = (index === 0 && isEmpty(first)) || (index === more.length - 1 && isEmpty(gap))
    if (!isEdge && !run.some(isWord) && !(isSwap(last) && isSwap(gap))) {
      last.left = [...last.left, ...run, ...gap.left]
      last.right = [...last.right, ...run, ...gap.right]
    } else {
      kept.runs.push(run)
      kept.gaps.push(gap)
    }
  })
  return kept
}

/** The pieces of either text, in order: `{ text, differs }`. */
export const compare = (leftText, rightText) => {
  const left = []
  const right = []
  const add = (side, text, differs) => {
    const last = side.at(-1)
    if (text === "") return
    if (last?.differs === differs) last.text += text
    else side.push({ text, differs })
  }
  const same = (characters) => {
    add(left, characters.join(""), false)
    add(right, characters.join(""), false)
  }
  const different = (gap) => {
    const isWords = isSwap(gap) && isWord(gap.left[0]) && isWord(gap.right[0])
    // a word may begin and end like the one in its place
    const one = isWords ? [...gap.left[0]] : gap.left
    const parts = isWords ? ends(one, [...gap.right[0]]) : { start: 0, end: 0, ...gap }
    same(one.slice(0, parts.start))
    add(left, parts.left.join(""), true)
    add(right, parts.right.join(""), true)
    same(one.slice(one.length - parts.end))
  }
  const all = tokens(leftText)
  const middle = ends(all, tokens(rightText))
  const { gaps, runs } = withoutIslands(segments(middle.left, middle.right))
  same(all.slice(0, middle.start))
  gaps.forEach((gap, index) => {
    different(gap)
    same(runs[index] ?? [])
  })
  same(all.slice(all.length - middle.end))
  return { left, right }
}
