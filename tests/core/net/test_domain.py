import pytest
from swarmfeed.core.net.domain import domain_of


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("93.184.216.34", "93.184.0.0/16"),
        ("93.184.1.1", "93.184.0.0/16"),
        ("93.185.1.1", "93.185.0.0/16"),
        ("2a01:4f8:c17::1", "2a01:4f8::/32"),
        ("2a01:4f8:ffff::2", "2a01:4f8::/32"),
        ("127.0.0.5", "127.0.0.5"),
        ("192.168.1.7", "192.168.1.7"),
        ("fd00::1", "fd00::1"),
        ("::1", "::1"),
    ],
)
def test_neighbours_in_the_address_space_fail_together(host: str, domain: str) -> None:
    assert domain_of(host) == domain
