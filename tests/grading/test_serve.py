"""The pages are served to this computer only, each folder under its prefix."""

import http.client
import re
import threading

import pytest

from cnnlab.grading.pages.serve import PortInUseError, Server, lay_out, make_server, serve


@pytest.fixture
def ask(tmp_path):
    """Ask a running server for an address; return the status and the body."""
    for name in ("site", "book", "secret"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name)
    with make_server({"/": tmp_path / "site", "/book/": tmp_path / "book"}, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def get(path, host="127.0.0.1"):
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        yield get
        server.shutdown()


def test_each_folder_has_its_prefix(ask):
    assert ask("/") == (200, "site")
    assert ask("/book/index.html?a=b") == (200, "book")
    assert ask("/book")[0] == 301


@pytest.mark.parametrize(
    "path", ["/../secret/index.html", "/book/../../secret/index.html", "/book/%2e%2e/secret/"]
)
def test_nothing_else_is_served(ask, path):
    assert ask(path)[0] == 404


def test_a_folder_is_not_listed(ask, tmp_path):
    (tmp_path / "book" / "pages").mkdir()
    (tmp_path / "book" / "pages" / "ada.html").write_text("hers")
    assert ask("/book/pages/ada.html") == (200, "hers")
    status, body = ask("/book/pages/")
    assert (status, "ada" in body) == (404, False)


def test_one_address_is_told(course, monkeypatch, capsys):
    def stopped(server):
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", stopped)
    serve(course, 0)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/  \(Ctrl-C ends\)\n\nEnded\.\n", capsys.readouterr().out)


@pytest.mark.parametrize(("host", "status"), [("localhost:8000", 200), ("evil.example", 403), ("", 403)])
def test_a_foreign_name_for_this_computer_is_refused(ask, host, status):
    assert ask("/", host)[0] == status


def test_a_busy_port_says_what_to_do(tmp_path):
    with make_server({"/": tmp_path}, 0) as server:
        port = server.server_port
        with pytest.raises(
            PortInUseError, match=f"port {port} is taken: --port 0 .make demo PORT=0. takes any that is free"
        ):
            make_server({"/": tmp_path}, port)


def test_the_landing_page_lists_what_there_is(course):
    (course.feedback / "ch08_conv_backward").mkdir(parents=True)
    (course.feedback / "ch08_conv_backward" / "zoë 1.html").write_text("")
    places = lay_out(course)
    text = (places["/"] / "index.html").read_text(encoding="utf-8")
    assert 'href="feedback/ch08_conv_backward/zo%C3%AB%201.html"' in text
    assert "<summary>1 page, by name</summary>" in text
    assert "Class reports" not in text
    assert "/report/" not in places
