#include "tests/integration/support/device.hpp"

#include "adapters/store/database.hpp"
#include "tests/integration/support/engine_calls.hpp"
#include "tests/integration/support/failures.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>
#include <thread>

namespace copal::test {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// How long a condition that changes unheard may go unseen.
constexpr auto look_every = 20ms;

void write_file(const fs::path& path, const std::string& text) {
  const auto beside = path.string() + ".new";
  std::ofstream{beside} << text;
  fs::rename(beside, path);
}

/// The lines of a question to a database, each row one text.
std::vector<std::string> ask(sqlite::database& db, const std::string& question) {
  auto st = db.prepare(question);
  if (!st)
    throw std::runtime_error(st.error().what);
  std::vector<std::string> out;
  auto rows = st->query();
  for (auto more = rows.next(); more && *more; more = rows.next())
    out.push_back(rows.text(0));
  return out;
}

template <class List>
std::string joined(const List& all, const char* between) {
  std::string out;
  for (const std::string& one : all)
    out += (out.empty() ? "" : between) + one;
  return out;
}

std::set<std::string> keys_of(const json& map) {
  std::set<std::string> out;
  for (const auto& [key, ignored] : map.items())
    out.insert(key);
  return out;
}

} // namespace

device::device(real_engine& engine) : engine_(engine), hand_(engine.socket()) {
  static int last = 0;
  // In the sandbox's folder: whatever ends this test, the sandbox ends what is left.
  folder_ = fs::path{engine.folder()} / ("device-" + std::to_string(++last));
  for (const auto* one : {"state", "run", "locks"})
    fs::create_directories(folder_ / one);
  write_file(folder_ / "state" / "config.json", json{{"uuid", uuid}}.dump());
  proxy_ = std::make_unique<recording_proxy>(folder_ / "engine.sock", engine.socket());
  empty_engine();
}

device::~device() {
  if (something_failed())
    std::cerr << log() << '\n';
  program_.reset();
  proxy_.reset();
  empty_engine();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void device::empty_engine() {
  const auto listed = [this](const char* path) {
    auto list = hand_.get(path).body;
    return list.is_null() || list.is_discarded() ? json::array() : list;
  };
  for (const auto& c : listed("/containers/json?all=1"))
    hand_.remove("/containers/" + c["Id"].get<std::string>() + "?force=1&v=1");
  for (const auto& n : listed("/networks")) {
    if (n["Driver"] != "null" && n["Driver"] != "host" && n["Name"] != "bridge")
      hand_.remove("/networks/" + n["Id"].get<std::string>());
  }
  if (const auto volumes = hand_.get("/volumes").body; volumes.is_object()) {
    for (const auto& v : volumes["Volumes"])
      hand_.remove("/volumes/" + v["Name"].get<std::string>());
  }
  for (const auto& i : listed("/images/json"))
    hand_.remove("/images/" + i["Id"].get<std::string>() + "?force=1");
}

std::vector<std::string> device::into_its_network() const {
  if (!in_its_network)
    return {};
  return {"/usr/bin/nsenter", "--net=/run/netns/" + engine_.network(), "--"};
}

void device::start() {
  program_.reset();
  auto arguments = into_its_network();
  const std::vector<std::string> command{
    COPAL_PROGRAM, // set by the build
    "run",
    composed_ ? "--compose=" + (folder_ / "compose.yaml").string()
              : "--target=" + (folder_ / "target.json").string(),
    "--files-dir=" + placed().string(),
    "--state-dir=" + (folder_ / "state").string(),
    "--runtime-dir=" + (folder_ / "run").string(),
    "--lock-dir=" + (folder_ / "locks").string(),
    "--engine=unix://" + (folder_ / "engine.sock").string(),
    "--listen=127.0.0.1:0",
    "--log-level=" + log_level,
  };
  arguments.insert(arguments.end(), command.begin(), command.end());
  arguments.insert(arguments.end(), options.begin(), options.end());
  program_ = std::make_unique<program>(arguments, environment);
  mark_ = 0;
}

int device::stop() {
  return program_ ? program_->end() : 0;
}

void device::kill() {
  program_->kill();
}

void device::want(const std::vector<wanted_app>& apps) {
  want_document(
    target_document(uuid, registry.empty() ? engine_.image("") : registry + '/', apps).at(uuid));
}

void device::want_document(const json& part) {
  if (program_)
    mark_ = program_->said();
  write_file(folder_ / "target.json", json{{uuid, part}}.dump(2));
}

void device::want_ordered(const nlohmann::ordered_json& part) {
  if (program_)
    mark_ = program_->said();
  write_file(folder_ / "target.json", nlohmann::ordered_json{{uuid, part}}.dump(2));
}

void device::want_compose(const std::string& text) {
  composed_ = true;
  if (program_)
    mark_ = program_->said();
  write_file(folder_ / "compose.yaml", text);
}

bool device::reached(std::chrono::seconds limit) {
  return program_->wait_for("the target is reached", mark_, limit);
}

bool device::install(const wanted_app& app) {
  want(app);
  start();
  return reached();
}

bool device::change(const wanted_app& app) {
  want(app);
  return reached();
}

bool device::eventually(const std::function<bool()>& done, std::chrono::seconds limit) {
  if (program_)
    return program_->wait_until(done, limit);
  // Before Copal is started, too: a container made by hand takes its time.
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    // lint: sleep because nobody tells when an engine's container has done something
    std::this_thread::sleep_for(look_every);
  }
  return true;
}

std::string device::explain(
  const std::vector<std::string>& more, std::optional<int> expected_code) {
  auto arguments = into_its_network();
  arguments.insert(
    arguments.end(), {COPAL_PROGRAM, "explain", "--state-dir=" + store().parent_path().string()});
  arguments.insert(arguments.end(), more.begin(), more.end());
  program asked{arguments};
  asked.wait_until([&asked] { return !asked.runs(); }, 20s);
  const auto code = asked.end();
  std::string said;
  for (const auto& line : asked.lines())
    said += line + '\n';
  if (expected_code && code != *expected_code)
    throw std::runtime_error("copal explain ended with code " + std::to_string(code) + ": " + said);
  return said;
}

void device::forget_calls() {
  first_call_ = proxy_->count();
}

std::string device::changes() {
  const auto names = proxy_->names();
  std::multiset<std::string> out;
  for (const auto& call : proxy_->calls(first_call_)) {
    if (!only_looks(call))
      out.insert(in_words(call, names));
  }
  return joined(out, "; ");
}

std::vector<std::string> device::changes_in_order() {
  const auto names = proxy_->names();
  std::vector<std::string> out;
  for (const auto& call : proxy_->calls(first_call_)) {
    if (!only_looks(call))
      out.push_back(in_words(call, names));
  }
  return out;
}

std::string device::looks() {
  const auto names = proxy_->names();
  std::set<std::string> out;
  for (const auto& call : proxy_->calls(first_call_)) {
    auto words = in_words(call, names);
    if (words.starts_with("inspect ") && !words.starts_with("inspect image "))
      out.insert(std::move(words));
  }
  return joined(out, "; ");
}

std::vector<json> device::bodies(const std::string& words) {
  const auto names = proxy_->names();
  std::vector<json> out;
  for (const auto& call : proxy_->calls(first_call_)) {
    if (in_words(call, names) == words)
      out.push_back(json::parse(call.body));
  }
  return out;
}

std::map<std::string, std::string> device::ids() {
  std::map<std::string, std::string> out;
  for (const auto& c : hand_.get("/containers/json?all=1").body) {
    if (c["Labels"].contains("io.balena.supervised"))
      out[c["Labels"].value("io.balena.service-name", "?")] = c["Id"];
  }
  return out;
}

json device::inspect(const std::string& service) {
  const auto all = ids();
  const auto found = all.find(service);
  return found == all.end() ? json{} : hand_.get("/containers/" + found->second + "/json").body;
}

bool device::runs(const std::string& service) {
  const auto shown = inspect(service);
  return shown.contains("State") && shown.at("State").at("Running") == true;
}

std::vector<std::string> device::inventory() {
  std::vector<std::string> out;
  for (const auto& c : hand_.get("/containers/json?all=1").body) {
    auto mounts = std::set<std::string>{};
    for (const auto& m : c["Mounts"])
      mounts.insert(m.value("Name", "") + ':' + m["Destination"].get<std::string>());
    out.push_back("container " + c["Names"][0].get<std::string>() + ' '
                  + c["State"].get<std::string>() + " networks "
                  + joined(keys_of(c["NetworkSettings"]["Networks"]), ",") + " mounts "
                  + joined(mounts, ","));
  }
  for (const auto& n : hand_.get("/networks").body)
    out.push_back("network " + n["Name"].get<std::string>() + ' ' + n["Labels"].dump() + ' '
                  + n["Options"].dump());
  const auto volumes = hand_.get("/volumes").body;
  for (const auto& v : volumes.at("Volumes"))
    out.push_back("volume " + v["Name"].get<std::string>() + ' ' + v["Labels"].dump());
  for (const auto& i : hand_.get("/images/json").body)
    out.push_back("image " + i["RepoTags"].dump() + i["RepoDigests"].dump());
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> device::rows() {
  auto db = sqlite::database::open(store().string());
  if (!db)
    throw std::runtime_error(db.error().what);
  auto out = ask(*db,
    "SELECT concat FROM (SELECT 'image ' || name || ' ' || app || ' ' || uuid || ' ' || service "
    "|| ' ' || service_name || ' ' || image || ' ' || release || ' ' || commit_id || ' ' || ours "
    "|| iif(engine_id = '', ' absent', ' there') AS concat FROM image) ORDER BY concat");
  for (const auto* more : {"SELECT 'target ' || form || ' ' || doc FROM target",
         "SELECT 'commit ' || app || ' ' || commit_id FROM app_commit ORDER BY app",
         "SELECT 'key ' || app || ' ' || service FROM api_key ORDER BY app, service"}) {
    for (auto& row : ask(*db, more))
      out.push_back(std::move(row));
  }
  return out;
}

std::string device::log() {
  std::string out = "what copal said:\n";
  if (program_) {
    for (const auto& line : program_->lines())
      out += "  " + line + '\n';
  }
  return out;
}

bool device::was_broken(const std::string& service) {
  const auto said = log();
  const auto end = said.find("kill " + service + " (it cannot be started any more: ");
  if (end == std::string::npos)
    return false;
  auto refused = 0;
  for (auto at = said.find("failed: start " + service); at < end;
       at = said.find("failed: start " + service, at + 1))
    ++refused;
  return refused >= 3; // Fewer are no reason.
}

bool pull(real_engine& engine, const std::string& image) {
  const auto name = engine.image(image);
  const auto colon = name.rfind(':');
  const engine_client hand{engine.socket()};
  hand.post("/images/create?fromImage=" + name.substr(0, colon) + "&tag=" + name.substr(colon + 1));
  return hand.get("/images/" + name + "/json").ok();
}

} // namespace copal::test
