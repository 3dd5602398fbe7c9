// Hypercore with Corestore: a core an author, replicated over TCP with Noise.
//
// usage: node hypercore.mjs FOLDER HOST

import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import SecretStream from '@hyperswarm/secret-stream'
import Corestore from 'corestore'
import { answer, byAuthor, insertWords, now, paced, readPosts, secondsSince } from './common.mjs'

const GETS_AT_ONCE = 1000

const [folder, host] = process.argv.slice(2)
const store = new Corestore(join(folder, 'store'))
await store.ready()
let watched = null

// Append to a new core, `batch` blocks a call; what is durable is in a synced table each time.
async function append ({ file, batch, durable }) {
  const blocks = readPosts(file).map(block)
  const core = store.get({ name: `appended by ${batch}` })
  await core.ready()
  const started = now()
  for (let at = 0; at < blocks.length; at += batch) {
    await core.append(batch === 1 ? blocks[at] : blocks.slice(at, at + batch))
    if (durable) await store.storage.db.flush()
  }
  return { seconds: secondsSince(started), count: core.length }
}

// A core for each author of a file; returns their keys.
async function fill ({ file }) {
  const keys = []
  for (const [author, posts] of byAuthor(readPosts(file))) {
    const core = store.get({ name: author })
    await core.append(posts.map(block))
    keys.push(core.key.toString('hex'))
  }
  return { keys }
}

async function serve () {
  const server = net.createServer(socket => {
    socket.setNoDelay(true)
    store.replicate(secured(false, socket))
  })
  await once(server.listen(0, host), 'listening')
  return { at: [host, server.address().port] }
}

// Fetch whole cores; a block is verified before its core has it.
async function fetch ({ at, keys }) {
  const started = now()
  connect(at)
  const cores = keys.map(key => store.get({ key: Buffer.from(key, 'hex') }))
  await Promise.all(cores.map(async core => {
    await core.ready()
    await core.update({ wait: true })
    await core.download({ start: 0, end: core.length }).done()
  }))
  const verified = secondsSince(started)
  const texts = []
  for (const core of cores) texts.push(await textsOf(core))
  const count = insertWords(join(folder, 'words.db'), texts.flat())
  return { verified, searchable: secondsSince(started), count }
}

async function textsOf (core) {
  const texts = []
  for (let at = 0; at < core.length; at += GETS_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(GETS_AT_ONCE, core.length - at) }, (_, n) => at + n)
    const blocks = await Promise.all(numbers.map(number => core.get(number)))
    texts.push(...blocks.map(each => JSON.parse(each).text))
  }
  return texts
}

async function publish ({ texts, every_s: everyS }) {
  const core = store.get({ name: 'live' })
  await core.ready()
  return { started: await paced(texts, everyS, text => core.append(block({ time_ms: Date.now(), text }))) }
}

async function key () {
  const core = store.get({ name: 'live' })
  await core.ready()
  return { key: core.key.toString('hex') }
}

// Begin to watch a core for `count` blocks, and when asked again tell when each was seen.
async function watch ({ at, key, count }) {
  if (watched !== null) return { seen: await watched }
  const core = store.get({ key: Buffer.from(key, 'hex') })
  await core.ready()
  connect(at)
  watched = (async () => {
    const seen = []
    while (seen.length < count) {
      await core.get(seen.length)
      seen.push(now())
    }
    return seen
  })()
  return {}
}

function connect ([host, port]) {
  const socket = net.connect(port, host)
  socket.setNoDelay(true)
  store.replicate(secured(true, socket))
}

function secured (isInitiator, socket) {
  const stream = new SecretStream(isInitiator, socket)
  stream.on('error', () => {}) // the other process ended
  return stream
}

function block ({ time_ms, text }) {
  return Buffer.from(JSON.stringify({ time_ms, text }))
}

await answer({}, { append, fill, serve, fetch, publish, key, watch })
// What it holds in memory only goes to the tables that it keeps: that is what it takes on disk.
await store.storage.db.flush()
await store.close()
process.exit()
