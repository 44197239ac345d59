#include "adapters/loop/loop.hpp"
#include "adapters/target_file/target_file.hpp"
#include "tests/support/live_system.hpp"
#include "tests/support/temp_folder.hpp"

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace copal;

namespace {

namespace fs = std::filesystem;
using target_file::reading;

struct notes {
  std::mutex guard;
  std::condition_variable more;
  std::vector<reading> heard;
};

target_file_sink_actor::behavior_type sink(
  target_file_sink_actor::pointer, const std::shared_ptr<notes>& to) {
  return {[to](const reading& x) {
    const std::lock_guard lock{to->guard};
    to->heard.push_back(x);
    to->more.notify_all();
  }};
}

/// The project that a reading's file names, or why it names none.
std::string project_in(const reading& x) {
  return x.why ? '!' + to_string(x.why->code) : x.project;
}

/// The edge on a file of its own. Each content is a project's name.
class bench {
public:
  explicit bench(const std::string& file = "compose.yaml") : path(folder / file) {}
  ~bench() {
    if (!edge)
      return;
    caf::scoped_actor self{*system};
    self->send_exit(edge, caf::exit_reason::user_shutdown);
    self->wait_for(edge);
  }
  bench(const bench&) = delete;
  bench& operator=(const bench&) = delete;

  void start(const std::function<void(target_file_config&)>& change = {}) {
    target_file_config config;
    config.path = path;
    config.pauses.settle = std::chrono::milliseconds{20};
    config.pauses.doubt = std::chrono::milliseconds{50};
    if (change)
      change(config);
    io.start();
    const auto claim =
      target_file::engine_claim::take(folder / "run", {"tcp://x:1", "", path.string()});
    REQUIRE(claim);
    edge = spawn_target_file(io, config, *claim, 1, (*system).spawn(sink, said));
    caf::anon_send(edge, wake_up{});
  }

  /// Waits until the last thing told is this.
  bool tells(const std::string& project) {
    return wait([&] { return !said->heard.empty() && project_in(said->heard.back()) == project; });
  }

  bool wait(
    const std::function<bool()>& done, std::chrono::milliseconds limit = std::chrono::seconds{20}) {
    std::unique_lock lock{said->guard};
    return said->more.wait_for(lock, limit, done);
  }

  std::vector<std::string> told() {
    const std::lock_guard lock{said->guard};
    std::vector<std::string> out;
    for (const auto& x : said->heard)
      out.push_back(project_in(x));
    return out;
  }

  reading last() {
    const std::lock_guard lock{said->guard};
    return said->heard.back();
  }

  /// Runs a line of the shell in the folder.
  void shell(const std::string& line) const {
    CHECK(std::system(("cd " + folder.path().string() + " && " + line).c_str()) == 0);
  }

  test::temp_folder folder;
  fs::path path;
  test::live_system system;
  std::shared_ptr<notes> said = std::make_shared<notes>();
  loop io{*system};
  supervised_target_file_actor edge;
};

std::string naming(const std::string& project) {
  return "name: " + project + "\nservices: {}\n";
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream{path} << text;
}

/// The old one is kept under another name, and goes when the new one is on the disk.
void save_as_vim_does(const fs::path& path, const std::string& text) {
  const auto backup = path.string() + '~';
  REQUIRE(::rename(path.c_str(), backup.c_str()) == 0);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  REQUIRE(fd >= 0);
  CHECK(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  CHECK(::fsync(fd) == 0);
  CHECK(::close(fd) == 0);
  CHECK(::unlink(backup.c_str()) == 0);
}

/// How often the asio thread went to sleep so far.
long sleeps_of_io_thread() {
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream{task.path() / "comm"} >> std::ws, name);
    if (name != "copal-io")
      continue;
    std::ifstream status{task.path() / "status"};
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("voluntary_ctxt_switches:"))
        return std::stol(line.substr(line.find(':') + 1));
  }
  return -1;
}

/// How many changes the kernel keeps for us.
int most_queued() {
  int most = 0;
  std::ifstream{"/proc/sys/fs/inotify/max_queued_events"} >> most;
  return most;
}

} // namespace

TEST_SUITE("target file: the edge") {
  TEST_CASE("edge: it sees every way in which people save a file") {
    const struct {
      std::string name;
      std::function<void(bench&)> save; // `one` becomes `two`
    } rows[] = {
      {"sed -i", [](bench& b) { b.shell("sed -i s/one/two/ compose.yaml"); }},
      {"cp over it", [](bench& b) { b.shell("cp two compose.yaml"); }},
      {"cp, the old one removed first",
        [](bench& b) { b.shell("cp --remove-destination two compose.yaml"); }},
      {"mv over it", [](bench& b) { b.shell("mv two compose.yaml"); }},
      {"truncate and write", [](bench& b) { write(b.path, naming("two")); }},
      {"the shell", [](bench& b) { b.shell("cat two > compose.yaml"); }},
      {"dd without truncation",
        [](bench& b) { b.shell("dd if=two of=compose.yaml conv=notrunc status=none"); }},
      {"vim", [](bench& b) { save_as_vim_does(b.path, naming("two")); }},
      {"a link in its place", [](bench& b) { b.shell("ln -sf two compose.yaml"); }},
      {"a hard link in its place", [](bench& b) { b.shell("ln -f two compose.yaml"); }},
      {"its own second name",
        [](bench& b) { b.shell("ln compose.yaml other && cat two > other"); }},
      {"removed and made again", [](bench& b) { b.shell("rm compose.yaml; cp two compose.yaml"); }},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      bench b;
      write(b.path, naming("one"));
      write(b.folder / "two", naming("two"));
      // A machine may take its time between the two calls of one way.
      b.start([](auto& config) { config.pauses.doubt = std::chrono::seconds{5}; });
      CHECK(b.tells("one"));
      row.save(b);
      CHECK(b.tells("two"));
      CHECK(b.told() == std::vector<std::string>{"one", "two"});
      // And it goes on watching.
      write(b.path, naming("three"));
      CHECK(b.tells("three"));
    }
  }

  TEST_CASE("edge: it sees what happens to the folders and links on the way") {
    const struct {
      std::string name;
      std::string before;
      std::string after;
    } rows[] = {
      {"the folder made again",
        "mkdir -p a/b && cp one a/b/file",
        "rm -r a && mkdir -p a/b && cp two a/b/file"},
      {"the folder moved away and another moved there",
        "mkdir -p a/b n/b && cp one a/b/file && cp two n/b/file",
        "mv a old && mv n a"},
      {"a folder far above moved",
        "mkdir -p a/b n/b && cp one a/b/file && cp two n/b/file",
        "mv -T a o && mv -T n a"},
      {"links swapped as in a mounted configuration",
        "mkdir -p a/b/..v1 a/b/..v2 && cp one a/b/..v1/file && cp two a/b/..v2/file"
        " && ln -s ..v1 a/b/..data && ln -s ..data/file a/b/file",
        "ln -s ..v2 a/b/..tmp && mv -T a/b/..tmp a/b/..data"},
      {"written behind a link",
        "mkdir -p a/b c && cp one c/real && ln -s ../../c/real a/b/file",
        "cp two c/real"},
      {"a link that leads nowhere at first",
        "mkdir -p a/b && ln -s real a/b/file && cp one a/b/real",
        "rm a/b/real && cp two a/b/real"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      bench b{"a/b/file"};
      write(b.folder / "one", naming("one"));
      write(b.folder / "two", naming("two"));
      b.shell(row.before);
      b.start();
      CHECK(b.tells("one"));
      b.shell(row.after);
      CHECK(b.tells("two"));
      write(b.path, naming("three"));
      CHECK(b.tells("three"));
    }
  }

  TEST_CASE("edge: a file that is not there at first is found when it comes, folders and all") {
    bench b{"a/b/compose.yaml"};
    b.start();
    CHECK(b.tells("!not found"));
    b.shell("mkdir -p a/b");
    write(b.path, naming("one"));
    CHECK(b.tells("one"));
    b.shell("rm a/b/compose.yaml");
    CHECK(b.tells("!not found"));
    write(b.path, naming("one"));
    CHECK(b.tells("one"));
  }

  TEST_CASE("edge: .env counts, when it comes, changes and goes") {
    bench b;
    write(b.path, "name: ${P:-none}\nservices: {}\n");
    b.start();
    CHECK(b.tells("none"));
    write(b.folder / ".env", "P=one\n");
    CHECK(b.tells("one"));
    b.shell("sed -i s/one/two/ .env");
    CHECK(b.tells("two"));
    b.shell("rm .env");
    CHECK(b.tells("none"));
    b.shell("mkdir .env");
    write(b.folder / ".env/P", "one\n"); // not ours: read as if it were not there
    write(b.path, "name: ${P:-nothing}\nservices: {}\n");
    CHECK(b.tells("nothing"));
  }

  TEST_CASE("edge: a file that somebody still writes is not half read") {
    bench b;
    write(b.path, naming("one"));
    b.start();
    CHECK(b.tells("one"));
    const int fd = ::open(b.path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    REQUIRE(fd >= 0);
    const auto half = naming("half");
    CHECK(::write(fd, half.data(), half.size()) == static_cast<ssize_t>(half.size()));
    // Ten times as long as a change needs to settle.
    CHECK_FALSE(b.wait([&] { return b.said->heard.size() > 1; }, std::chrono::milliseconds{200}));
    const std::string rest = "networks:\n  default: {}\n";
    CHECK(::write(fd, rest.data(), rest.size()) == static_cast<ssize_t>(rest.size()));
    CHECK(::close(fd) == 0);
    CHECK(b.tells("half"));
    CHECK(b.last().doc->doc.find("networks") != nullptr);
    CHECK(b.told().size() == 2);
  }

  TEST_CASE("edge: a file that takes another's place is whole, and read without a pause") {
    bench b;
    write(b.path, naming("one"));
    b.start([](auto& config) {
      config.pauses.settle = std::chrono::minutes{2};
      config.pauses.written = std::chrono::minutes{2};
    });
    CHECK(b.tells("one"));
    write(b.folder / "new", naming("two"));
    b.shell("mv new compose.yaml");
    CHECK(b.tells("two"));
    write(b.path, naming("three")); // in place: more may follow
    CHECK_FALSE(b.wait([&] { return b.said->heard.size() > 2; }, std::chrono::milliseconds{200}));
    write(b.folder / "new", naming("four"));
    b.shell("mv new compose.yaml");
    CHECK(b.tells("four"));
  }

  TEST_CASE("edge: what cannot be read is looked at again before it is told") {
    bench b;
    write(b.path, naming("one"));
    b.start([](auto& config) { config.pauses.doubt = std::chrono::seconds{20}; });
    CHECK(b.tells("one"));
    write(b.path, "");
    CHECK_FALSE(b.wait([&] { return b.said->heard.size() > 1; }, std::chrono::milliseconds{200}));
    b.shell("rm compose.yaml");
    write(b.path, naming("two"));
    CHECK(b.tells("two"));
    CHECK(b.told() == std::vector<std::string>{"one", "two"});
  }

  TEST_CASE("edge: an error is told once, with its place, and so is its end") {
    bench b;
    write(b.path, naming("one"));
    b.start();
    CHECK(b.tells("one"));
    write(b.path, "services:\n  web: [\n");
    CHECK(b.tells("!invalid input"));
    CHECK(b.last().why->what.find(b.path.string() + ":") == 0);
    write(b.path, "services:\n  web: [\n");
    write(b.path, naming("one"));
    CHECK(b.tells("one"));
    CHECK(b.told() == std::vector<std::string>{"one", "!invalid input", "one"});
  }

  TEST_CASE("edge: a pipe is refused without waiting for its writer") {
    bench b;
    REQUIRE(::mkfifo(b.path.c_str(), 0600) == 0);
    b.start();
    CHECK(b.tells("!invalid input"));
    CHECK(::unlink(b.path.c_str()) == 0);
    write(b.path, naming("one"));
    CHECK(b.tells("one"));
  }

  TEST_CASE("edge: changes that the kernel could not keep are made up for") {
    const int most = most_queued();
    if (most == 0 || most > 100'000) {
      MESSAGE("the queue of this machine is too long to fill: ", most);
      return;
    }
    bench b;
    write(b.path, naming("one"));
    b.start();
    CHECK(b.tells("one"));
    std::promise<void> filled;
    boost::asio::post(b.io.context(), [&filled] { filled.get_future().wait(); });
    for (int i = 0; i < most / 2; ++i) {
      const auto other = (b.folder / ("x" + std::to_string(i % 2))).string();
      ::close(::open(other.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
      ::unlink(other.c_str());
    }
    write(b.path, naming("two"));
    filled.set_value();
    CHECK(b.tells("two"));
  }

  TEST_CASE("edge: nothing wakes it at rest") {
    bench b;
    write(b.path, naming("one"));
    write(b.folder / ".env", "A=1\n");
    b.start();
    CHECK(b.tells("one"));
    REQUIRE(test::ask<reading>(*b.system, b.edge, target_file::read{}));
    CHECK_FALSE(b.wait([] { return false; }, std::chrono::milliseconds{500})); // it goes to sleep
    const auto before = sleeps_of_io_thread();
    CHECK(before >= 0);
    CHECK_FALSE(b.wait([] { return false; }, std::chrono::milliseconds{400}));
    CHECK(sleeps_of_io_thread() == before);
  }

  TEST_CASE("edge: without inotify it looks now and then, and says so") {
    bench b;
    write(b.path, naming("one"));
    b.start([](auto& config) {
      config.pauses.between = std::chrono::milliseconds{30};
      config.make_inotify = [](int) {
        errno = EMFILE;
        return -1;
      };
    });
    CHECK(b.tells("one"));
    REQUIRE(b.last().warnings.size() == 1);
    CHECK(b.last().warnings[0].find("since it cannot be watched") != std::string::npos);
    CHECK(b.last().warnings[0].find("max_user_instances") != std::string::npos);
    write(b.path, naming("two"));
    CHECK(b.tells("two"));
    CHECK(b.told() == std::vector<std::string>{"one", "two"});
  }

  TEST_CASE("edge: it answers with the file as it is") {
    bench b;
    write(b.path, naming("one"));
    b.start();
    CHECK(b.tells("one"));
    write(b.path, naming("two"));
    const auto now = test::ask<reading>(*b.system, b.edge, target_file::read{});
    REQUIRE(now);
    CHECK(now->project == "two");
    CHECK(now->path == b.path.string());
    CHECK(now->incarnation == 1);
    CHECK(b.tells("two"));
    const auto again = test::ask<reading>(*b.system, b.edge, target_file::read{});
    REQUIRE(again);
    CHECK(*again == b.last());
  }

  TEST_CASE("edge: another file is there, unless it is this one under another name") {
    bench b;
    write(b.path, naming("one"));
    write(b.folder / "other", "x");
    b.shell("ln -s compose.yaml link");
    b.start();
    const auto there = [&](const char* name) {
      const auto found = test::ask<target_file::other_found>(
        *b.system, b.edge, target_file::find_other{(b.folder / name).string()});
      return found && found->there;
    };
    CHECK(there("other"));
    CHECK_FALSE(there("gone"));
    CHECK_FALSE(there("link"));
    CHECK_FALSE(there("."));
  }

  TEST_CASE("read once: the answer is there before anything runs") {
    const test::temp_folder folder;
    target_file_config config;
    config.path = folder / "My Shop/compose.yaml";
    CHECK((target_file::read_once(config).why->code == errc::not_found));
    fs::create_directory(folder / "My Shop");
    write(config.path, "services: {}\n");
    CHECK(target_file::read_once(config).project == "myshop");
    config.form = dialect::cloud_v3;
    CHECK((target_file::read_once(config).why->code == errc::invalid_input));
  }
}
