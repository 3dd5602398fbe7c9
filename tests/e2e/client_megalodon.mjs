// What megalodon does with a node: reads, writes, and listens over a WebSocket.
import pkg from "megalodon";

const generator = pkg.default ?? pkg;
const given = JSON.parse(process.argv[2]);
const api = generator("mastodon", given.url, given.token);
const me = (await api.verifyAccountCredentials()).data;
const instance = (await api.getInstance()).data;
const home = (await api.getHomeTimeline({ limit: 5 })).data;
if (!home.length || !instance.uri) throw new Error("nothing is there");
await api.getNotifications();
await api.search("morning", { type: "statuses" });
const stream = await api.userStreaming();
const streamed = await new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("nothing was told")), 60000).unref();
  stream.on("update", (status) => resolve(status.content));
  stream.on("error", reject);
  stream.on("connect", () => api.postStatus("From megalodon"));
});
stream.stop();
console.log(JSON.stringify({ acct: me.acct, streamed }));
process.exit(0);
