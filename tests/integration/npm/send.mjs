// Sends the event on standard input with the public JavaScript SDK: node send.mjs URL TOKEN_FILE MODE
import { readFileSync } from "node:fs";
import { CloudEvent, HTTP } from "cloudevents";

const [url, tokenFile, mode] = process.argv.slice(2);
const sent = JSON.parse(readFileSync(0, "utf8"));
const modes = {
  binary: () => HTTP.binary(new CloudEvent(sent)),
  structured: () => HTTP.structured(new CloudEvent(sent)),
};
const message = modes[mode]();
const answer = await fetch(url, {
  method: "POST",
  headers: { ...message.headers, authorization: `Bearer ${readFileSync(tokenFile, "utf8")}` },
  body: typeof message.body === "string" ? message.body : JSON.stringify(message.body),
});
console.log(JSON.stringify({ status: answer.status, body: await answer.json() }));
