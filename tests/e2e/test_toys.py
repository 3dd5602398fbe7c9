"""The greeter with real processes: on the link, over HTTP, at the command line, on the page."""

import re
from urllib.request import Request

import pytest
from wheelhouse.browsing import new_browser

from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node, Refused

pytestmark = pytest.mark.e2e


def greeter(neighbourhood: Neighbourhood, name: str, *options: str) -> Node:
    return neighbourhood.add(name, "--no-dht", *options, program="tests.toys.program")


def wait_until_said(node: Node, *texts: str) -> None:
    def look() -> bool:
        return [each["text"] for each in node.get("greetings")["greetings"]] == [*texts]

    node.wait_for(f"{texts} to be said", look)


def test_a_role_of_somebody_else_works_on_every_face(neighbourhood: Neighbourhood) -> None:
    anna = greeter(neighbourhood, "anna").start()
    ben = greeter(neighbourhood, "ben", "--peer", anna.link_endpoint())
    ben.start("--greeting", "Ahoy!")
    wait_until_said(anna, "Ahoy!")
    wait_until_said(ben, "Good day.")
    # From the command line, through the API of the running node.
    assert anna.command("greet", "Lovely weather.") == "1 node heard it.\n"
    assert anna.command_json("greet", "Is it not?") == {"nodes": 1}
    with pytest.raises(Refused, match="A greeting has 1 to 200 characters"):
        anna.command("greet", "")
    wait_until_said(ben, "Good day.", "Lovely weather.", "Is it not?")
    # Over HTTP, as its document says.
    paths = ben.get("openapi.json")["paths"]
    assert "post" in paths["/api/1/greet"] and "get" in paths["/api/1/greetings"]
    assert ben.post("greet", text="It is.") == {"nodes": 1}
    wait_until_said(anna, "Ahoy!", "It is.")
    # On the page, in the menu, in words of its own template.
    browser, link = new_browser(), ben.post("login-link")["url"]
    own_url = link.partition("/login?")[0]
    browser.open(link, timeout=PATIENCE_S).close()
    page = browser.open(f"{own_url}/greetings", timeout=PATIENCE_S).read().decode()
    assert "Lovely weather." in page and ">Greetings</span></a>" in page
    [key] = re.findall('name="form_key" value="([0-9a-f]+)"', page)
    body = f"text=Bye.&form_key={key}".encode()
    form = Request(f"{own_url}/greetings", body, {"Origin": own_url})
    browser.open(form, timeout=PATIENCE_S).close()
    wait_until_said(anna, "Ahoy!", "It is.", "Bye.")
    jobs = {each["name"]: each for each in ben.get("status")["jobs"]}
    assert jobs["greetings"]["last_result"].startswith("met ")


def test_it_works_without_a_running_node_too(neighbourhood: Neighbourhood) -> None:
    anna = greeter(neighbourhood, "anna")
    assert anna.command("greet", "Anybody?") == "0 nodes heard it.\n"
