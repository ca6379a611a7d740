"""A real RabbitMQ cluster for tests: nodes on loopback with the MQTT plug-in."""

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path

from mosquitto import HANG_GUARD
from needs import find_program, need
from ports import free_port

TOOLS = Path("/usr/lib/rabbitmq/bin")  # Debian's wrappers would start them as a service
PLUGINS = "[rabbitmq_mqtt]."
START_SECONDS = 120
COOKIE = "payfeed"


class NoAnswer(Exception):
    """A node is not there, or could not evaluate what it was asked."""


class RabbitNode:
    """One node; it keeps its folder and its ports when it is killed."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.folder = f"{name}@localhost", folder / name
        self.folder.mkdir(parents=True)
        self.port, self.amqp_port, self.distribution_port = (
            free_port() for _ in range(3)
        )
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, cluster: "RabbitCluster", queue_type: str) -> None:
        self.cluster = cluster
        older = cluster.nodes[: cluster.nodes.index(self) + 1]
        nodes = [
            f"cluster_formation.classic_config.nodes.{number} = {node.name}"
            for number, node in enumerate(older, 1)
        ]
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self.amqp_port}",
            f"mqtt.listeners.tcp.1 = 127.0.0.1:{self.port}",
            "mqtt.allow_anonymous = true",
            f"mqtt.durable_queue_type = {queue_type}",
            "cluster_formation.peer_discovery_backend = classic_config",
            *nodes,
            "disk_free_limit.absolute = 50MB",
            "log.console = false",
            f"log.file = {self.folder}/log",
        ]
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "enabled_plugins").write_text(PLUGINS)
        (self.folder / "erl_inetrc").write_text('{host, {127,0,0,1}, ["localhost"]}.\n')
        self.environment = {
            **os.environ,
            "HOME": str(cluster.folder),
            "ERL_EPMD_PORT": str(cluster.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_PORT": str(self.amqp_port),
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1}"
                " +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
            ),
        }

    async def start(self) -> None:
        """Wait until the node accepts MQTT."""
        if self.process:
            await self.cluster.replaced(self)
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                [str(TOOLS / "rabbitmq-server")],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # the shell starts Erlang as a child
            )
        await self.ready()

    async def ready(self) -> None:
        for _ in range(10 * START_SECONDS):
            assert self.process
            if self.process.poll() is not None:
                raise AssertionError((self.folder / "output").read_text()[-3000:])
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.1)
        log = (self.folder / "log").read_text()[-3000:]
        raise AssertionError(f"{self.name} did not start:\n{log}")

    async def evaluate(self, expressions: str) -> str:
        """The value of the last of these Erlang expressions, on this node.

        Not by rabbitmqctl, which starts a virtual machine for each question.
        """
        process = await asyncio.create_subprocess_exec(
            *(need("erl_call"), "-sname", self.name, "-c", COOKIE, "-r", "-e"),
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        asked = process.communicate(f"{expressions}\n".encode())
        answer = (await asyncio.wait_for(asked, HANG_GUARD))[0].decode().strip()
        is_answer = answer.startswith("{ok, ") and not process.returncode
        if not is_answer:
            raise NoAnswer(answer)
        return answer.removeprefix("{ok, ").removesuffix("}")

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, 9)
            self.process.wait()


class RabbitCluster:
    """`size` nodes, which find each other through a port mapper of their own.

    Each joins those that started before it. Nodes that start at the same time may each
    wait for the other's plug-in, for 100 s.
    """

    def __init__(self, folder: Path, size: int = 3, queue_type: str = "quorum") -> None:
        need("rabbitmq-server")
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        cookie = folder / ".erlang.cookie"
        cookie.write_text(COOKIE)
        cookie.chmod(0o400)
        self.epmd_port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self.nodes = [
            RabbitNode(folder, f"rabbit{number}") for number in range(1, size + 1)
        ]
        for node in self.nodes:
            node.configure(self, queue_type)

    @property
    def address(self) -> str:
        """What `payfeed bridge` takes."""
        return "mqtt://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    async def start(self) -> None:
        epmd = find_program("epmd")
        assert epmd
        options = ["-port", str(self.epmd_port), "-address", "127.0.0.1"]
        self._epmd = subprocess.Popen([epmd, *options])
        for node in self.nodes:
            await node.start()
        await self.recovered()

    async def replaced(self, node: RabbitNode) -> None:
        """Wait until the others do without a dead node that led the plug-in.

        They agree on the names of MQTT's clients. A node that comes back before they
        have a new leader asks the old one, itself, and waits for 100 s.
        """
        question = "{ok, _, {_, N}} = ra:members({mqtt_node, node()}, 1000), N."
        running = [other for other in self.nodes if other.is_running]
        if len(running) <= len(self.nodes) / 2:
            return  # they cannot agree
        for other in running:
            while other.is_running:
                with contextlib.suppress(NoAnswer):
                    if node.name not in await other.evaluate(question):
                        break
                await asyncio.sleep(0.2)

    async def recovered(self) -> None:
        """Wait until all nodes run and no queue needs a certain one of them."""
        running = f"length(rabbit_nodes:all_running()) == {len(self.nodes)}"
        critical = "rabbit_quorum_queue:list_with_minimum_quorum() == []"
        for node in self.nodes:
            while await node.evaluate(f"{running} andalso {critical}.") != "true":
                await asyncio.sleep(0.2)

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()
        if self._epmd:
            self._epmd.kill()
            self._epmd.wait()
