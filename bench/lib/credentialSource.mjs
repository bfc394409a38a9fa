// A server that gives temporary keys, as the URI of a credentials provider does, and counts how often it was asked.
import { createServer } from "node:http"

/** `lifetime` in milliseconds; each answer takes `delay`, as a service far away does */
export const credentialSource = (lifetime, delay = 20) =>
  new Promise((resolve) => {
    let asked = 0
    const server = createServer((_, response) => {
      asked++
      const body = {
        Code: "Success",
        AccessKeyId: `STS.${asked}`,
        AccessKeySecret: `secret${asked}`,
        SecurityToken: `token${asked}`,
        Expiration: new Date(Date.now() + lifetime).toISOString().replace(/\.\d+Z$/, "Z")
      }
      setTimeout(() => response.end(JSON.stringify(body)), delay)
    })
    server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () =>
      resolve({
        uri: `http://127.0.0.1:${server.address().port}/`,
        asked: () => asked,
        close: () => {
          server.closeAllConnections()
          server.close()
        }
      })
    )
  })
