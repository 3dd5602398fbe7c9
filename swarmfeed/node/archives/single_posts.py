"""One post goes out as one file, with all that proves it."""

from swarmfeed.core.asks.exports import ExportPost, PostFile
from swarmfeed.core.asks.posts import ShowPost
from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.single import page_of
from swarmfeed.errors import DamageError, RemoteError, UserError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.post_proofs import PostProofs


class SinglePosts:
    """Belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._answering = ground.answering
        self._proofs = PostProofs(ground)

    async def export(self, ask: ExportPost) -> PostFile:
        """Return the file.  UserError: it is not here, or not for everybody."""
        post = (await self._answering.answer(ShowPost(ref=ask.ref, limit=1))).post
        if post.audience:
            raise UserError(sentences.NOT_FOR_EVERYBODY())
        try:
            proven = await self._proofs.prove(post.ref.feed_id, [post.ref.index])
            if not proven:
                raise UserError(sentences.NOT_HELD())
            page = await off_loop(lambda: page_of(proven[0]))
        except (DamageError, RemoteError) as error:
            raise UserError(sentences.NOT_PROVEN(reason=str(error))) from error
        return PostFile(ref=post.ref, page=page)
