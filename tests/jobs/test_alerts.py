"""Alerts of a whole project, on the terminal's way to a webhook: sent once, signed, naming nobody."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from standardwebhooks import Webhook

from quintile.config.read import read_settings
from quintile.domain.settings import NetworkSettings
from quintile.errors import DataError, DeliveryError, SettingsError
from quintile.jobs.alerts import alerts
from quintile.jobs.sending import send_alerts
from tests.activation.receiver import receiver
from tests.golden.refreshes import HEADER, Refreshed
from tests.jobs.grown import grow

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SETTINGS = read_settings(None, {})


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("QUINTILE_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def with_targets(**targets):
    return replace(SETTINGS, targets=replace(SETTINGS.targets, repeat_purchase_rate=None, **targets))


def sending_to(url, settings=SETTINGS):
    chosen = replace(settings.alerts, webhook=url)
    return replace(settings, alerts=chosen, network=NetworkSettings(("127.0.0.1",)))


def test_a_missed_target_is_an_alert_with_both_figures(project):
    found = alerts(project, with_targets(revenue_share={"Champions": Decimal("0.99"), "Loyal": Decimal(0)}))
    (one,) = [line for line in found["alerts"] if line["kind"] == "target"]
    assert (one["segment"], one["kpi"], one["target"]) == ("Champions", "revenue_share", "0.99")
    assert one["message"].startswith("Champions: revenue contribution ")
    assert one["message"].endswith("%, target at least 99.0%")
    assert (found["as_of"], found["before"], found["judged"]) == ("2025-07-01", "2025-06-01", True)


def test_a_flood_of_new_customers_is_an_alert(tmp_path):
    cuts = {"r_cuts": [3, 10, 20, 40], "f_cuts": [2, 3, 4, 5], "m_cuts": [5, 20, 50, 100]}
    project = Refreshed(tmp_path, output={"report": False}, model=cuts)
    day = date(2025, 3, 1)

    def bought(first, count, on):
        return [f"O{one},C{one},{on},10.00" for one in range(first, first + count)]

    rows = [HEADER, *bought(0, 100, day - timedelta(60)), *bought(100, 50, day - timedelta(1))]
    project.run("\n".join(rows) + "\n", day)
    project.run("\n".join([HEADER, *bought(150, 120, day + timedelta(6))]) + "\n", day + timedelta(7))
    found = alerts(project.home, SETTINGS)
    assert found["judged"]
    (one,) = [line for line in found["alerts"] if line["segment"] == "Promising"]
    assert [one[key] for key in ("kind", "measure", "before", "now", "rule")] == [
        "movement", "customers", "50", "170", "binomial",
    ]  # fmt: skip
    # A third of 270 customers is 90; three standard deviations of that count are 3 x sqrt(60).
    assert (one["low"], one["high"]) == ("66.8", "113.2")
    assert one["message"] == "Promising: customers 50 -> 170 (+240.0%), as usual would be 66.8 to 113.2"


def test_a_first_date_is_compared_with_nothing(tmp_path):
    project = Refreshed(tmp_path, output={"report": False})
    project.run(f"{HEADER}\nO1,A,2025-06-01,10.00\n")
    found = alerts(project.home, SETTINGS)
    assert (found["before"], found["judged"], found["alerts"]) == (None, False, [])


def test_the_webhook_gets_the_alerts_once_and_can_verify_them(project):
    settings = with_targets(orders={"Lost": Decimal(10**6)})
    found = alerts(project, settings)
    with receiver(503, 200) as there:
        told = send_alerts(project, sending_to(there.url, settings), found)
        again = send_alerts(project, sending_to(there.url, settings), alerts(project, settings))
    assert told == {"outcome": "delivered", "id": found["id"], "tries": 2}
    assert again == {"outcome": "sent_before", "id": found["id"]}
    assert len(there.got) == 2
    _, headers, body = there.got[-1]
    payload = Webhook(SECRET).verify(body, headers)
    assert (payload["type"], payload["data"]["project"]) == ("quintile.alerts", "project")
    assert payload["data"]["alerts"] == found["alerts"]
    assert headers["webhook-id"] == found["id"]
    assert "C1" not in body


def test_what_did_not_arrive_is_sent_again_under_the_same_id(project):
    settings = with_targets(orders={"Loyal": Decimal(10**6)})
    found = alerts(project, settings)
    with receiver(500, 500, 500, 204) as there:
        with pytest.raises(DeliveryError):
            send_alerts(project, sending_to(there.url, settings), found)
        assert send_alerts(project, sending_to(there.url, settings), found)["outcome"] == "delivered"
    assert {headers["webhook-id"] for _, headers, _ in there.got} == {found["id"]}


def test_other_alerts_of_the_same_snapshot_have_another_id(project):
    ids = {alerts(project, with_targets(orders=Decimal(many)))["id"] for many in (10**6, 10**7)}
    assert len(ids) == 2


def test_without_alerts_nothing_is_sent(project):
    with receiver(200) as there:
        told = send_alerts(project, sending_to(there.url), {"alerts": []})
    assert (told, there.got) == ({"outcome": "nothing_to_send"}, [])


def test_a_webhook_that_is_not_there_not_allowed_or_without_secret_is_refused(project, monkeypatch):
    found = {"id": "x", "alerts": [{}]}
    with pytest.raises(SettingsError, match="no webhook is named"):
        send_alerts(project, SETTINGS, found)
    here = replace(SETTINGS, alerts=replace(SETTINGS.alerts, webhook="https://127.0.0.1/"))
    with pytest.raises(DataError, match="must be allowed first"):
        send_alerts(project, here, found)
    monkeypatch.delenv("QUINTILE_WEBHOOK_SECRET")
    with pytest.raises(SettingsError, match="QUINTILE_WEBHOOK_SECRET is not set"):
        send_alerts(project, here, found)


def test_the_message_is_json_whatever_segments_are_called(project):
    found = {**alerts(project, SETTINGS), "alerts": [{"kind": "target", "segment": 'a"b\u2028', "message": "x"}]}
    with receiver(200) as there:
        send_alerts(project, sending_to(there.url), {**found, "id": "strange"})
    assert json.loads(there.got[0][2])["data"]["alerts"][0]["segment"] == 'a"b\u2028'
