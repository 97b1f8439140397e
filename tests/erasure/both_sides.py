"""A demo hall and its demo city in one process, and a person whose words can be looked for in every byte of both."""

import importlib.util
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.subject import Applicant, FileRef
from appliance.projections import cases, personal_data
from appliance.projections.registry import HallProjector
from appliance.services.issuance import WithdrawCase
from appliance.services.personal_data import ConfirmPersonalData, ProposePersonalData, RequestPersonalData
from appliance.services.prints import NotePrint
from appliance.store import drafts
from appliance.store.rebuild import rebuild_and_compare
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.enrolment import read_seed
from sync.hub.hub import RECEIPTS_SEED, make_hub
from sync.hub.projections import HubProjector
from sync.transports.local import LocalTransport

SPEC = importlib.util.spec_from_file_location("demo_hall", Path(__file__).parents[1] / "services" / "demo_hall.py")
demo_hall = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(demo_hall)

MANAGER = Actor("M4001", Role.HALL_MANAGER)
APPROVER = Actor("A3001", Role.APPROVER)
CLERK = demo_hall.CLERK
ITEM = demo_hall.FOOD
NAME, NUMBER, PHONE = "欧阳抹去小吃店（示例）", "92420199MAQ67707W4", "13877776666"
OWNER, OWNER_NUMBER = "欧阳抹去·示例", "420102197903077710"
ADDRESS, NOTE, SCAN = "抹去路七十七号", "抹去此人的说明文字", b"%PDF-1.7 \xe6\x8a\xb9 a scan of nobody but him"
TEXTS = (NAME, NUMBER, PHONE, OWNER, OWNER_NUMBER, ADDRESS, NOTE, "抹去")
WORDS = (*(text.encode() for text in TEXTS), SCAN[9:])


def found_in(directory):
    """Name the files below a directory that hold a byte of the person.

    Another program reads them: a database that is open here must not be opened as a file in this process.
    """
    held = []
    for word in WORDS:
        command = ["grep", "-rlaF", "-e", word, "."]
        found = subprocess.run(command, cwd=directory, env={"LC_ALL": "C"}, capture_output=True, check=False)
        held += [f"{line[2:]}: {word.decode(errors='replace')}" for line in found.stdout.decode().splitlines()]
    return sorted(held)


@dataclass
class Both:
    """Hall and city, each in a folder of its own below `folder`."""

    folder: Path
    hall: object
    hub: object

    @classmethod
    def made(cls, template, folder):
        hall = demo_hall.DemoHall(template, folder)
        shutil.copytree(template.parent / "city", folder / "city", ignore=shutil.ignore_patterns("owner.*"))
        return cls(folder, hall, make_hub(folder / "city", hall.clock))

    def sync(self):
        report = sync_once(self.hall.opened.as_sync_port("test"), CityClient(LocalTransport(self.hub)), self.hall.clock)
        assert report.state == "equal", report
        return report

    # ---- a person comes

    def take_in(self, **more):
        """Take an application in, with scan, printed slip, draft and note of its own; gives its number."""
        blob = self.hall.store.blobs.put(SCAN)
        made = self.hall.intake(ITEM, seed=7)
        first, *rest = made.materials
        first = msgspec.structs.replace(first, files=(FileRef(blob, "application/pdf", len(SCAN)),), form="copy")
        applicant = Applicant(
            kind="self_employed",
            name=NAME,
            id_type="uscc",
            id_number=NUMBER,
            phone=PHONE,
            address=ADDRESS,
            representative=OWNER,
            representative_id=OWNER_NUMBER,
        )
        command = msgspec.structs.replace(
            made, applicant=applicant, agent=None, materials=(first, *rest), note=NOTE, **more
        )
        no = self.hall.do(command).result["case"]
        paper = f"{no}-SJ-{cases.find(self.hall.desk.reader(), no).last_index}"
        printed = self.hall.store.blobs.put(b"%PDF-1.7 printed for " + NAME.encode())
        self.hall.do(
            NotePrint(
                case=no, paper=paper, kind="intake_receipt", copy="applicant", file=printed, size=1, digest="0" * 64
            )
        )
        draft = drafts.DraftRow(str(uuid.uuid4()), "W0312", ITEM, self._draft(), "2026-11-23T09:30:00+08:00")
        self.hall.store.writer.local(lambda connection: drafts.create(connection, draft)).result()
        return no

    @staticmethod
    def _draft():
        return msgspec.json.encode({"applicant": {"name": NAME, "id_number": NUMBER, "phone": PHONE}})

    def withdraw(self, no):
        self.hall.do(WithdrawCase(case=no, version=None, reason=NOTE))

    # ---- and asks

    def ask(self, *numbers, right="erase", ground="purpose"):
        command = RequestPersonalData(
            right=right, ground=ground, channel="window", matters=numbers, name=NAME, id_number=NUMBER, wish=NOTE
        )
        return self.hall.do(command).result["subject"]

    def decide(self, subject, **outcome):
        self.hall.do(ProposePersonalData(subject=subject, reason=NOTE, **outcome), actor=MANAGER)
        found = personal_data.find(self.hall.desk.reader(), subject)
        return self.hall.do(ConfirmPersonalData(subject=subject, opinion=found.proposed), actor=APPROVER)

    # ---- and is looked for

    def compared(self):
        """Rebuild both sides; gives the differences."""
        sides = (
            (self.folder / "hall" / "hall.db", HallProjector(self.hall.store.blobs)),
            (
                self.folder / "city" / "city.db",
                HubProjector(read_seed(self.folder / "city" / "keys" / RECEIPTS_SEED)),
            ),
        )
        reports = []
        for number, (database, projector) in enumerate(sides):
            target = self.folder / f"rebuilt-{number}-{uuid.uuid4().hex}.db"
            reports.append(rebuild_and_compare(database, target, projector, self.hall.clock))
            target.unlink()
        return [(report.differences, report.first) for report in reports]

    def close(self):
        self.hub.close()
        self.hall.close()
