"""The whole trial, broker, recorder, runners, load and judge, with the fake worker: it passes, and finds what is lost."""

import shutil
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIMIT_S = 60


def trial(*more: str) -> subprocess.CompletedProcess[str]:
    load = ["--kills", "0", "--wakes", "200", "--actors", "40", "--slots", "20", "--rate", "400", "--seed", "7"]
    command = [sys.executable, str(HERE / "kills.py"), "--fake-worker", "--quiet-s", "1", *load, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


class WholeTrial(unittest.TestCase):
    def test_a_worker_that_keeps_its_promises_passes(self) -> None:
        done = trial()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('"findings": 0, "acked": 240, "actors": 40', done.stdout)
        self.assertIn('"wakes": 200', done.stdout)

    def test_a_worker_that_drops_every_20th_wake_is_found_out(self) -> None:
        done = trial("--lose", "20")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(wakes|answers): .*(was woken and no start|never answered finally)")
        folder = done.stdout.split("folder ")[1].split()[0]
        shutil.rmtree(folder)


if __name__ == "__main__":
    unittest.main()
