#!/usr/bin/env node
import { run } from "./internal/node/program.js"

run()
