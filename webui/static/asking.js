// What the node answers to a page that stays open.

// The JSON of an answer, or null: the node is away, which the stream tells, or it refuses, or the
// page is left while the answer comes in.
export async function ask(path) {
  const answer = await fetch(path).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}
