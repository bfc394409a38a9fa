// The server of the soak tests: answers by the parameter Kind, and says which port it has and how many sockets are open.
import { createServer } from "node:http"
import process from "node:process"

const server = createServer((request, response) => {
  const kind = new URL(request.url, "http://x").searchParams.get("Kind")
  if (kind === "silent") return
  if (kind === "half") return void response.write('{"RequestId":')
  if (kind === "busy") response.statusCode = 503
  response.end('{"RequestId":"R","Regions":{"Region":[{"RegionId":"cn-hangzhou"}]}}')
})
server.keepAliveTimeout = 60_000
const listening = new Promise((resolve) => server.listen(0, "127.0.0.1", 4096, resolve))

process.on("message", async (what) => {
  await listening
  if (what === "port") process.send(server.address().port)
  else server.getConnections((_, open) => process.send(open))
})
process.on("disconnect", () => process.exit())
