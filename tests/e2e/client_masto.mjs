// What masto does with two nodes: reads and writes at one, and listens at both over WebSockets.

// masto 8 is for Node 22; of an older one it misses this, and then never connects.
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

globalThis.WebSocket ??= (await import("ws")).WebSocket;

const { createRestAPIClient, createStreamingAPIClient } = await import("masto");
const given = JSON.parse(process.argv[2]);
const rest = ({ url, token }) => createRestAPIClient({ url, accessToken: token });
const here = rest(given);

function check(isSo, what) {
  if (!isSo) throw new Error(what);
}

async function readAndWrite() {
  const me = await here.v1.accounts.verifyCredentials();
  const first = await here.v1.statuses.create({ status: "From masto" });
  const reply = await here.v1.statuses.create({ status: "An answer", inReplyToId: first.id });
  const context = await here.v1.statuses.$select(first.id).context.fetch();
  check(context.descendants.some(({ id }) => id === reply.id), "the answer is missing");
  await here.v1.statuses.$select(first.id).favourite();
  const liked = await here.v1.favourites.list({ limit: 1 });
  check(liked[0].id === first.id && liked[0].favourited, "it is not liked");
  await here.v1.markers.create({ home: { lastReadId: first.id } });
  const { home } = await here.v1.markers.fetch({ timeline: ["home", "notifications"] });
  check(home.lastReadId === first.id, "the marker did not move");
  const pages = [];
  for await (const page of here.v1.timelines.home.list({ limit: 1 })) {
    pages.push(page);
    if (pages.length === 2) break;
  }
  check(pages.flat().length === 2 && pages[0][0].id !== pages[1][0].id, "no second page");
  const edited = await here.v1.statuses.$select(reply.id).update({ status: "Better" });
  check(edited.content.includes("Better"), "it was not edited");
  await here.v1.statuses.$select(reply.id).remove();
  await here.v2.search.list({ q: "masto", type: "statuses" });
  await here.v1.notifications.list();
  return me.acct;
}

async function listen(at, useInsecureAccessToken) {
  const instance = await rest(at).v2.instance.fetch();
  return createStreamingAPIClient({
    streamingApiUrl: instance.configuration.urls.streaming,
    accessToken: at.token,
    useInsecureAccessToken,
  });
}

// Nobody says when a subscription has begun, so it is posted until it is heard.
async function hear(stream, words) {
  const events = stream.values();
  let number = 0;
  const say = () => here.v1.statuses.create({ status: `${words} ${(number += 1)} #masto` });
  const saying = setInterval(() => say().catch(() => {}), 1000);
  const late = setTimeout(() => {
    console.error(`nothing was told of ${words}, which was said ${number} times`);
    process.exit(3);
  }, 60000);
  for (;;) {
    const { value } = await events.next();
    if (value.event === "update" && value.payload.content.includes(words)) {
      clearInterval(saying);
      clearTimeout(late);
      return { stream: value.stream, text: value.payload.content };
    }
  }
}

const acct = await readAndWrite();
const mine = await listen(given, false);
const user = await hear(mine.user.subscribe(), "Here");
const tagged = await hear(mine.hashtag.subscribe({ tag: "masto" }), "Tagged");
const theirs = await listen(given.other, true);
const afar = await hear(theirs.user.subscribe(), "There");
console.log(JSON.stringify({ acct, user, tagged, afar }));
process.exit(0);
