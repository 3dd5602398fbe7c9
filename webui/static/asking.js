// What the node answers to a page that stays open.

// The JSON of an answer, or null: the node is away, which the stream tells, or it refuses.
export async function ask(path) {
  const answer = await fetch(path).catch(() => null);
  return answer?.ok ? answer.json() : null;
}
