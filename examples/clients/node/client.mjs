// Ask a Prakerja server for the seats of a schedule or the state of a redeem code. Node 18 or newer, no packages.
import { createHmac } from "node:crypto";

const USAGE = "client.mjs HOST CLIENT_CODE SIGN_KEY (quota COURSE SCHEDULE | redeem-status CODE [SEQUENCE])";
const PREFIX = "/api/v1/integration/payment";

/** Path and members of the call that the words ask for, or null. */
function question([verb, ...words]) {
  if (verb === "quota" && words.length === 2) {
    return [`${PREFIX}/quota-schedule`, { schedule_code: words[1], course_code: words[0] }];
  }
  if (verb === "redeem-status" && (words.length === 1 || (words.length === 2 && /^[0-9]+$/.test(words[1])))) {
    return [`${PREFIX}/redeem-code/status`, { redeem_code: words[0], sequence: Number(words[1] ?? 1) }];
  }
  return null;
}

/** Sign exactly the text that is sent. */
async function ask(host, clientCode, signKey, path, members) {
  const body = JSON.stringify(members);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const raw = clientCode + timestamp + "POST" + path + body;
  const signature = createHmac("sha1", signKey).update(raw, "utf8").digest("hex");
  const response = await fetch(host.replace(/\/+$/, "") + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", client_code: clientCode, timestamp, signature },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  return [response.status, await response.text()];
}

const [host, clientCode, signKey, ...words] = process.argv.slice(2);
const asked = question(words);
if (asked === null) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    const [status, answer] = await ask(host, clientCode, signKey, ...asked);
    console.log(status, answer);
    process.exitCode = status === 200 ? 0 : 1;
  } catch (error) {
    // No refusal: what became of the call is unknown.
    console.error(`no answer: ${error.cause?.message ?? error.message}`);
    process.exitCode = 2;
  }
}
