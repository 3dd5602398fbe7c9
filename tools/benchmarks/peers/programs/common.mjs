// What the programs share: the pipe they are asked through, posts, and the same full text.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'

const ROWS_A_TRANSACTION = 4096

// Answer each line of standard input, an object with `do`, by one line.
export async function answer (ready, actions) {
  say(ready)
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: name, ...question } = JSON.parse(line)
    say(await actions[name](question))
  }
}

function say (value) {
  process.stdout.write(JSON.stringify(value) + '\n')
}

// Nanoseconds of the clock that all processes of a machine share.
export function now () {
  return Number(process.hrtime.bigint())
}

export function secondsSince (startedNs) {
  return (now() - startedNs) / 1e9
}

// Posts of a file of lines with author, time_ms and text.
export function readPosts (file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map(line => JSON.parse(line))
}

export function byAuthor (posts) {
  const authors = new Map()
  for (const post of posts) {
    if (!authors.has(post.author)) authors.set(post.author, [])
    authors.get(post.author).push(post)
  }
  return authors
}

// One post after another, `everyS` apart whatever each takes; returns when each began.
export async function paced (texts, everyS, publish) {
  const started = []
  const from = now()
  for (const [number, text] of texts.entries()) {
    const waitMs = (from - now()) / 1e6 + (number + 1) * everyS * 1000
    if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
    started.push(now())
    await publish(text)
  }
  return started
}

// Make texts searchable, as every reader of this comparison does; returns how many there are.
// A bare table of the texts and its FTS5 index, in durable batches.
export function insertWords (file, texts) {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE post (id INTEGER PRIMARY KEY, text TEXT)')
  db.exec("CREATE VIRTUAL TABLE words USING fts5 (text, content = '', columnsize = 0)")
  const intoPosts = db.prepare('INSERT INTO post VALUES (?, ?)')
  const intoWords = db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)')
  const insert = db.transaction((from, part) => {
    for (const [number, text] of part.entries()) {
      intoPosts.run(from + number + 1, text)
      intoWords.run(from + number + 1, text)
    }
  })
  for (let at = 0; at < texts.length; at += ROWS_A_TRANSACTION) {
    insert(at, texts.slice(at, at + ROWS_A_TRANSACTION))
  }
  db.close()
  return texts.length
}
