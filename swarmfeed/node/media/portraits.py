"""Pictures in profiles: which there are, and which are still named."""

from collections.abc import Collection

from swarmfeed.core.asks.faces import Face, FaceList, Faces, asked_for
from swarmfeed.core.base.types import AuthorId, EntryRef, Hash
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.media.stock import Named


class Portraits:
    """Looks at profiles; from any thread."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._view = ground.media.view

    def answer(self, ask: Faces) -> FaceList:
        found = self._index.faces(asked_for(ask.authors))
        return FaceList(
            faces=tuple(
                Face(
                    author=each, avatar=self._view(face.avatar), banner=self._view(face.banner)
                )
                for each, face in found.items()
                if face.media
            )
        )

    def of(self, authors: Collection[AuthorId]) -> list[Named]:
        """The pictures of their profiles."""
        faces = self._index.faces(authors).values()
        return [Named(each, face.ref, True) for face in faces for each in face.media]

    def is_named(self, medium_id: Hash, ref: EntryRef, *, own: bool) -> bool:
        """Whether a profile that named a file still does.

        As long as an index that is being made anew does not know, it does.  Own ones stay while
        one device names them, though another said something later.
        """
        face = self._index.face_of_feed(ref.feed_id)
        if face is None or face.ref.index < ref.index:
            return True
        is_meant = any(each.id == medium_id for each in face.media)
        return is_meant and (face.counts or own)
