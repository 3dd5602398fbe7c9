"""Where the words of logs, links and ledgers come from: nothing else names their rooms."""

from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import Encodable, decode, encode
from swarmfeed.core.base.types import AuthorId, Endpoint, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    EditBody,
    FeedBody,
    FollowBody,
    LeaveBody,
    PinBody,
    PostBody,
    ProfileBody,
    ReactBody,
    UnknownBody,
    WithdrawBody,
    decode_body,
    encode_body,
)
from swarmfeed.core.history import rows
from swarmfeed.core.history.availability import SERVER, Audits, first_presence, observe
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.limits import (
    INCLUSION_HASHES_MAX,
    NOTICE_BYTES_MAX,
    REQUESTS_PER_MONTH_MAX,
)
from swarmfeed.core.history.placement import Memory
from swarmfeed.core.history.quota import Allowance
from swarmfeed.core.history.rows import Custody, CustodyState, Seen
from swarmfeed.core.history.words import (
    Audit,
    AuditProof,
    Farewell,
    NoticeRecord,
    Notices,
    Report,
    RequestRate,
    Watch,
)
from swarmfeed.core.talk.handshake import (
    Greeting,
    decode_hello,
    decode_welcome,
    encode_hello,
    encode_welcome,
    proof_text,
)
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    Frames,
    Have,
    HeadOffer,
    Hello,
    HolderRecord,
    Holders,
    NewEntries,
    NotHeld,
    Patch,
    PatchFrame,
    Receipt,
    Wake,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.core.vocabulary import VOCABULARY

decode_message = VOCABULARY.decode
encode_message = VOCABULARY.encode

__all__ = [
    "INCLUSION_HASHES_MAX",
    "NOTICE_BYTES_MAX",
    "REQUESTS_PER_MONTH_MAX",
    "SERVER",
    "Allowance",
    "Audit",
    "AuditProof",
    "Audits",
    "AuthorId",
    "Body",
    "BoostBody",
    "Certificates",
    "Custody",
    "CustodyState",
    "EditBody",
    "Encodable",
    "Endpoint",
    "EntryRef",
    "Farewell",
    "FeedBody",
    "FeedId",
    "FollowBody",
    "ForkProof",
    "Frames",
    "Greeting",
    "Hash",
    "Have",
    "HeadOffer",
    "Hello",
    "HistoryChoice",
    "HolderRecord",
    "Holders",
    "LeaveBody",
    "Memory",
    "Message",
    "NewEntries",
    "NodeId",
    "NotHeld",
    "NoticeRecord",
    "Notices",
    "Patch",
    "PatchFrame",
    "PinBody",
    "PostBody",
    "ProfileBody",
    "ReactBody",
    "Receipt",
    "Report",
    "RequestRate",
    "Seen",
    "UnknownBody",
    "Wake",
    "Want",
    "WantedAuthor",
    "WantedFeed",
    "Watch",
    "WithdrawBody",
    "decode",
    "decode_body",
    "decode_hello",
    "decode_message",
    "decode_welcome",
    "encode",
    "encode_body",
    "encode_hello",
    "encode_message",
    "encode_welcome",
    "first_presence",
    "limits",
    "observe",
    "proof_text",
    "rows",
]
