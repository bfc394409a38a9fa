// An HTTP server on this machine that answers as it is told, and counts what reaches it.
import { createServer } from "node:http"

const answerTo = (request, response, answer) => {
  if (answer === "silence") return
  if (answer === "reset") return request.socket.resetAndDestroy()
  const { body = "", breaksOff = false, headers = {}, staysOpen = false, status = 200 } = answer
  response.writeHead(status, { "content-type": "application/json", ...headers })
  if (!breaksOff && !staysOpen) return response.end(body)
  response.write(body)
  if (breaksOff) setImmediate(() => request.socket.destroy())
}

/** the parameters of a request: those of its query and of its form */
const parametersOf = (request, body) => new URLSearchParams(`${request.url.split("?")[1] ?? ""}&${body}`)

/**
 * `answer(parameters, request)` yields `"reset"`, `"silence"`, or `{ status, headers, body, breaksOff, staysOpen }`: after the
 * body of one that breaks off the connection is closed, and one that stays open never ends. Yields the port, and what arrived.
 */
const faultServer = async (answer) => {
  let requests = 0
  const open = new Set()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    requests++
    const chunks = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () =>
      answerTo(request, response, answer(parametersOf(request, Buffer.concat(chunks).toString("latin1")), request))
    )
  })
  server.on("connection", (socket) => {
    open.add(socket)
    socket.on("error", () => {})
    socket.once("close", () => open.delete(socket))
  })
  await new Promise((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, resolve))
  const { port } = server.address()
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    open: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        for (const socket of open) socket.destroy()
      })
  }
}

/** a server for as long as `use` takes */
export const withServer = async (answer, use) => {
  const server = await faultServer(answer)
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

/** the body of a refusal as the gateway writes it */
export const refusal = (code, message = "no") => JSON.stringify({ Code: code, Message: message, RequestId: "R" })
