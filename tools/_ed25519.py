"""Ed25519 as docs/FORMAT.md 1 has it: points, scalars and one comparison, in plain Python.

Nothing of any library is used, so that the rule is what stands here and not what a library
happens to do.  Some milliseconds a signature; not for secrets, for it takes no care of time.

Source: RFC 8032, 5.1.
"""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T): x = X / Z, y = Y / Z, x * y = T / Z."""

NEUTRAL: Point = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """RFC 8032, 5.1.4."""
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar: int, point: Point) -> Point:
    """scalar * point, by doubling."""
    found = NEUTRAL
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def negate(point: Point) -> Point:
    return (-point[0] % P, point[1], point[2], -point[3] % P)


def is_equal(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 == (a[1] * b[2] - b[1] * a[2]) % P


def compress(point: Point) -> bytes:
    """RFC 8032, 5.1.2: y, and the lowest bit of x above it."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompress(encoded: bytes) -> Point | None:
    """RFC 8032, 5.1.3; None where the bytes are no point, or another spelling of one."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if len(encoded) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_1 % P
    if x * x % P != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


_base = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
assert _base is not None, "4/5 is the y of a point"
BASE: Point = _base


def has_small_order(point: Point) -> bool:
    """Whether 8 times the point is the neutral one."""
    return is_equal(multiply(8, point), NEUTRAL)


def hash_scalar(*parts: bytes) -> int:
    """SHA-512 as a number below the order of the base point."""
    return int.from_bytes(sha512(b"".join(parts)).digest(), "little") % L


def is_signature(key: bytes, message: bytes, signature: bytes, *, cofactor: int = 1) -> bool:
    """Whether the owner of ``key`` signed ``message``, by the rule of FORMAT 1.

    Args:
        key: A, 32 bytes.
        message: Any bytes.
        signature: R || S, 64 bytes.
        cofactor: 1 is the rule; 8 is the one of other libraries, to show where they differ.
    """
    if len(signature) != 64:
        return False
    a, r = decompress(key), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or has_small_order(a) or has_small_order(r):
        return False
    h = hash_scalar(signature[:32], key, message)
    difference = add(multiply(s, BASE), negate(add(r, multiply(h, a))))
    return is_equal(multiply(cofactor, difference), NEUTRAL)
