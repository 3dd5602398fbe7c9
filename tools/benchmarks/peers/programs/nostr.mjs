// A Nostr relay, and its clients: each event has a signature, which relay and reader check.
//
// usage: node nostr.mjs FOLDER HOST

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { LogLevel } from '@nostr-relay/common'
import { NostrRelay } from '@nostr-relay/core'
import { EventRepositorySqlite } from '@nostr-relay/event-repository-sqlite'
import { initNostrWasm } from 'nostr-wasm'
import WebSocket, { WebSocketServer } from 'ws'
import { answer, byAuthor, insertWords, now, paced, readPosts, secondsSince } from './common.mjs'

const TEXT_NOTE = 1
const EVENTS_A_PAGE = 5000
const AUTHORS_A_REQUEST = 100

const [folder, host] = process.argv.slice(2)
const nostr = await initNostrWasm()
let repository = null
let watched = null

// --- the relay ---

async function openRepository () {
  if (repository !== null) return
  repository = new EventRepositorySqlite(join(folder, 'relay.db'), { defaultLimit: EVENTS_A_PAGE / 10 })
  await repository.init()
}

// Events of a file go into the relay's own tables all at once: one by one they take minutes.
async function fill ({ file }) {
  await openRepository()
  const posts = readPosts(file)
  const db = repository.getDatabase()
  const intoEvents = db.prepare(
    'INSERT INTO events (id, pubkey, author, created_at, kind, tags, content, sig)' +
    ' VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
  )
  const intoWords = db.prepare('INSERT INTO events_fts (id, content) VALUES (?, ?)')
  db.transaction(() => {
    for (const [number, post] of posts.entries()) {
      const { id, pubkey, created_at: at, kind, tags, content, sig } = sign(post, number)
      intoEvents.run(id, pubkey, pubkey, at, kind, JSON.stringify(tags), content, sig)
      intoWords.run(id, content)
    }
  })()
  return { keys: [...byAuthor(posts).keys()].map(publicKey) }
}

// What is durable is synced with every event.
async function serve ({ durable }) {
  await openRepository()
  if (durable) repository.getDatabase().pragma('synchronous = FULL')
  const relay = new NostrRelay(repository, { logLevel: LogLevel.ERROR })
  const server = new WebSocketServer({ host, port: 0 })
  server.on('connection', client => {
    relay.handleConnection(client)
    client.on('message', data => relay.handleMessage(client, JSON.parse(data)))
    client.on('close', () => relay.handleDisconnect(client))
  })
  await once(server, 'listening')
  return { at: [host, server.address().port] }
}

// --- a client that writes ---

// Sign and send events, `batch` of them under way at a time, each until the relay has it.
async function append ({ file, batch, at }) {
  const posts = readPosts(file)
  const client = await connect(at)
  const waiting = new Map()
  client.on('message', data => {
    const [word, id, accepted] = JSON.parse(data)
    if (word === 'OK' && accepted) waiting.get(id)()
  })
  const started = now()
  let next = 0
  const writer = async () => {
    while (next < posts.length) {
      const number = next++
      const event = sign(posts[number], number)
      const accepted = new Promise(resolve => waiting.set(event.id, resolve))
      client.send(JSON.stringify(['EVENT', event]))
      await accepted
    }
  }
  await Promise.all(Array.from({ length: batch }, writer))
  const seconds = secondsSince(started)
  client.close()
  return { seconds, count: waiting.size }
}

async function publish ({ at, texts, every_s: everyS }) {
  const client = await connect(at)
  let number = 0
  return {
    started: await paced(texts, everyS, text => {
      client.send(JSON.stringify(['EVENT', sign({ author: 'live', time_ms: Date.now(), text }, ++number)]))
    })
  }
}

async function key () {
  return { key: publicKey('live') }
}

// --- a client that reads ---

// Fetch all events of authors; each is verified, and written to a file of lines.
async function fetch ({ at, keys }) {
  const started = now()
  const client = await connect(at)
  const file = createWriteStream(join(folder, 'events.jsonl'))
  const texts = []
  for (let from = 0; from < keys.length; from += AUTHORS_A_REQUEST) {
    await request(client, keys.slice(from, from + AUTHORS_A_REQUEST), event => {
      nostr.verifyEvent(event)
      file.write(JSON.stringify(event) + '\n')
      texts.push(event.content)
    })
  }
  await once(file.end(), 'finish')
  const verified = secondsSince(started)
  const count = insertWords(join(folder, 'words.db'), texts)
  const searchable = secondsSince(started)
  client.close()
  return { verified, searchable, count }
}

// All events of some authors, page by page, newest first; a page begins with the second that
// the one before ended with, so what was seen of that second is left out.
async function request (client, authors, onEvent) {
  const seen = new Set()
  let until
  for (let found = EVENTS_A_PAGE; found === EVENTS_A_PAGE;) {
    found = 0
    await onePage(client, { authors, kinds: [TEXT_NOTE], until, limit: EVENTS_A_PAGE }, event => {
      found += 1
      until = event.created_at
      if (seen.has(event.id)) return
      seen.add(event.id)
      onEvent(event)
    })
  }
}

function onePage (client, filter, onEvent) {
  return new Promise(resolve => {
    const onMessage = data => {
      const [word, , event] = JSON.parse(data)
      if (word === 'EVENT') return onEvent(event)
      client.off('message', onMessage)
      client.send(JSON.stringify(['CLOSE', 'page']))
      resolve()
    }
    client.on('message', onMessage)
    client.send(JSON.stringify(['REQ', 'page', filter]))
  })
}

// Begin to watch an author for `count` events, and when asked again tell when each was seen.
async function watch ({ at, key, count }) {
  if (watched !== null) return { seen: await watched }
  const client = await connect(at)
  const seen = []
  const subscribed = new Promise(resolve => {
    watched = new Promise(allSeen => {
      client.on('message', data => {
        const [word, , event] = JSON.parse(data)
        if (word === 'EOSE') return resolve()
        if (word !== 'EVENT') return
        nostr.verifyEvent(event)
        seen.push(now())
        if (seen.length === count) allSeen(seen)
      })
    })
  })
  client.send(JSON.stringify(['REQ', 'live', { authors: [key] }]))
  await subscribed
  return {}
}

// --- both ---

async function connect ([host, port]) {
  const client = new WebSocket(`ws://${host}:${port}`)
  await once(client, 'open')
  return client
}

// The number tells apart what somebody wrote twice in one second.
function sign ({ author, time_ms, text }, number) {
  const event = {
    kind: TEXT_NOTE,
    created_at: Math.floor(time_ms / 1000),
    tags: [['number', String(number)]],
    content: text
  }
  nostr.finalizeEvent(event, secretKey(author))
  return event
}

function secretKey (author) {
  return createHash('sha256').update(author).digest()
}

function publicKey (author) {
  return Buffer.from(nostr.getPublicKey(secretKey(author))).toString('hex')
}

await answer({}, { fill, serve, append, publish, key, fetch, watch })
if (repository !== null) await repository.destroy()
process.exit()
