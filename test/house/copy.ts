import { execFileSync, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"

const root = fileURLToPath(new URL("../../", import.meta.url))

/**
 * A temporary copy of this repository to plant faults in. It shares the installed packages through links, has its own
 * links to its own workspaces, and no build.
 */
export class Copy {
  readonly dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "effect-aliyun-house-")))

  constructor() {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root })
    for (const file of new Set(listed.toString().split("\0"))) {
      if (file === "" || !fs.existsSync(path.join(root, file))) continue
      fs.mkdirSync(path.dirname(this.at(file)), { recursive: true })
      fs.copyFileSync(path.join(root, file), this.at(file))
    }
    for (const folder of ["", ...this.workspaces()]) this.link(path.join(folder, "node_modules"))
    fs.mkdirSync(this.at("node_modules/@effect-aliyun"))
    for (const workspace of this.workspaces()) {
      fs.symlinkSync(this.at(workspace), this.at(`node_modules/@effect-aliyun/${path.basename(workspace)}`), "junction")
    }
    const lock = createHash("sha256")
      .update(fs.readFileSync(this.at("package-lock.json")))
      .digest("hex")
    fs.writeFileSync(this.at("node_modules/.effect-aliyun-setup.json"), JSON.stringify({ lock }))
  }

  private link(modules: string) {
    const source = path.join(root, modules)
    if (!fs.existsSync(source)) return
    fs.mkdirSync(this.at(modules))
    for (const name of fs.readdirSync(source)) {
      if (name === "@effect-aliyun" || name.startsWith(".effect-aliyun") || name.startsWith(".vite")) continue
      fs.symlinkSync(path.join(source, name), this.at(path.join(modules, name)), "junction")
    }
  }

  private workspaces(): ReadonlyArray<string> {
    return JSON.parse(this.read("package.json")).workspaces
  }

  at(file: string): string {
    return path.join(this.dir, file)
  }

  read(file: string): string {
    return fs.readFileSync(this.at(file), "utf8")
  }

  /** Runs a script of the copy; `output` is what it printed, without colours. */
  run(...args: ReadonlyArray<string>): Promise<{ readonly code: number | null; readonly output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        cwd: this.dir,
        // The copy is no test run of its own, and must not look like one to the tools.
        env: { ...process.env, FORCE_COLOR: "0", NODE_OPTIONS: "", VITEST: undefined, NODE_ENV: undefined }
      })
      let output = ""
      child.stdout.on("data", (data) => (output += String(data)))
      child.stderr.on("data", (data) => (output += String(data)))
      child.on("error", reject)
      child.on("close", (code) => resolve({ code, output }))
    })
  }

  check(...rules: ReadonlyArray<string>) {
    return this.run("scripts/check.mjs", ...rules)
  }

  /** The rule fails with every fault planted, its output matches every pattern, and everything is put back. */
  async fails(
    rule: string,
    faults: Record<string, string | ((before: string) => string)>,
    ...patterns: ReadonlyArray<string | RegExp>
  ): Promise<string> {
    const files = Object.keys(faults)
    const before = files.map((file) => [file, fs.existsSync(this.at(file)) ? this.read(file) : null] as const)
    try {
      for (const [file, fault] of Object.entries(faults)) {
        fs.mkdirSync(path.dirname(this.at(file)), { recursive: true })
        fs.writeFileSync(this.at(file), typeof fault === "string" ? fault : fault(this.read(file)))
      }
      const { code, output } = await this.check(rule, "--no-build")
      for (const pattern of patterns) expect.soft(output).toMatch(pattern)
      expect(code, output).toBe(1)
      return output
    } finally {
      for (const [file, text] of before) {
        if (text === null) fs.rmSync(this.at(file))
        else fs.writeFileSync(this.at(file), text)
      }
    }
  }

  remove() {
    fs.rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Edits a package.json. */
export const manifest =
  (change: (manifest: any) => void) =>
  (text: string): string => {
    const value = JSON.parse(text)
    change(value)
    return JSON.stringify(value, null, 2) + "\n"
  }
