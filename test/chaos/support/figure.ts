/** Figures that a test hands over, for the reporter of the chaos suite to print. */
import { getCurrentTest } from "vitest/suite"

interface Figure {
  readonly name: string
  readonly value: string | number
}

declare module "vitest" {
  interface TaskMeta {
    figures?: Array<Figure>
  }
}

/** records a figure of the test that runs */
export const figure = (name: string, value: string | number): void => {
  const test = getCurrentTest()
  if (test === undefined) return
  test.meta.figures = [...(test.meta.figures ?? []), { name, value }]
}
