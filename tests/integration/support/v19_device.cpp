#include "tests/integration/support/v19_device.hpp"

#include "adapters/store/database.hpp"
#include "tests/support/golden.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr auto recorded_uuid = "aaaaaaaabbbbbbbbccccccccdddddddd";
constexpr auto recorded_locks = "/tmp/balena-supervisor/services";
constexpr auto recorded_socket = "/var/run/balena-engine.sock";
constexpr auto some_key = "0123456789abcdef0123456789abc";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

std::vector<std::string> recordings(bool odd) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator{golden_folder() / "v19"}) {
    const auto name = entry.path().filename().string();
    const auto is_odd = name.starts_with("91-");
    // The odd ones shared the app with the plain one.
    if (name[0] >= '0' && name[0] <= '9' && (is_odd == odd || name == "01-minimal.json"))
      out.push_back(name);
  }
  std::sort(out.begin(), out.end()); // 01-minimal, whose network others share, first
  return out;
}

/// Nothing of the machine itself is shown to it.
bool can_start(const json& create, const std::string& locks) {
  const auto& host = create.at("HostConfig");
  const auto is_foreign = [&locks](const json& bind) {
    const auto text = bind.get<std::string>();
    return text.starts_with('/') && !text.starts_with(locks);
  };
  const auto& binds = host.at("Binds");
  const auto& mounts = host.at("Mounts");
  return std::none_of(binds.begin(), binds.end(), is_foreign)
         && std::none_of(
           mounts.begin(), mounts.end(), [](const json& m) { return m.at("Type") == "bind"; })
         && host.at("DeviceRequests").empty() && host.at("Devices").empty();
}

using nlohmann::ordered_json;

ordered_json& only_release(ordered_json& part) {
  return part.at("apps").begin().value().at("releases").begin().value();
}

ordered_json recorded_target(bool odd) {
  return ordered_json::parse(golden(odd ? "v19/target-91.json" : "v19/target.json"))
    .begin()
    .value();
}

/// The name of a service's image in the recorded target.
std::string recorded_image(bool odd, const std::string& service) {
  auto part = recorded_target(odd);
  return only_release(part).at("services").at(service).at("image");
}

void must(const engine_client::answer& answer, const std::string& doing) {
  if (!answer.ok())
    throw std::runtime_error(doing + ": " + std::to_string(answer.status) + answer.body.dump());
}

std::string in_sql(const std::string& text) {
  return '\'' + replaced(text, "'", "''") + '\'';
}

} // namespace

std::string image_here(const std::string& recorded) {
  const auto begin = recorded.rfind('/') + 1;
  return "copal.test/" + recorded.substr(begin, recorded.find('@') - begin) + ":1";
}

v19_device::v19_device(device& d, bool odd) : d_(d), odd_(odd) {
  d_.uuid = recorded_uuid;
  prepare_folders();
  make_images();
  read_services();
}

void v19_device::prepare_folders() {
  const auto root = d_.folder() / "root";
  d_.options.push_back("--root=" + root.string());
  write(root / "etc/hostname", "devhost\n");
  write(root / "etc/os-release",
    "ID=balena-os\nPRETTY_NAME=\"balenaOS 6.5.1\"\nVARIANT_ID=dev\nVERSION=6.5.1\n"
    "BALENA_BOARD_REV=abc1234\n");
  for (const auto* folder : {"lib/modules", "lib/firmware"})
    fs::create_directories(root / folder);
  write(d_.folder() / "state/device-type.json", R"({"slug":"generic-amd64","arch":"amd64"})");
  write(d_.folder() / "state/config.json",
    json{
      {"uuid", recorded_uuid}, {"apiEndpoint", "https://127.0.0.1:8443"}, {"deviceApiKey", "<key>"}}
      .dump());
}

/// Each has the recorded configuration, and programs where the recorded ones had them.
void v19_device::make_images() {
  auto& hand = d_.hand();
  if (!pull(d_.engine(), "test/base:1"))
    throw std::runtime_error("no image to make others from");
  const auto made = hand.post("/containers/create",
    {{"Image", d_.engine().image("test/base:1")},
      {"Cmd", {"/bin/busybox", "--install", "-s", "/bin"}}});
  must(made, "making a container for images");
  const auto path = "/containers/" + made.body.at("Id").get<std::string>();
  must(hand.post(path + "/start"), "starting it");
  must(hand.post(path + "/wait"), "waiting for it");
  for (const auto& file : recordings(odd_)) {
    const auto j = json::parse(golden("v19/" + file));
    const auto name = recorded_image(odd_, j.at("name"));
    if (images_.contains(name))
      continue;
    const auto here = image_here(name);
    const auto id = hand.post("/commit?container=" + made.body.at("Id").get<std::string>()
                                + "&repo=" + here.substr(0, here.rfind(':')) + "&tag=1",
      j.at("image_config"));
    must(id, "making " + here);
    images_[name] = id.body.at("Id");
  }
  must(hand.remove(path), "removing the container for images");
  hand.remove("/images/" + d_.engine().image("test/base:1"));
}

/// A recorded text with this device's folders.
std::string v19_device::here(std::string text) const {
  text = replaced(std::move(text), recorded_locks, (d_.folder() / "locks").string());
  return replaced(std::move(text), recorded_socket, (d_.folder() / "engine.sock").string());
}

void v19_device::read_services() {
  for (const auto& file : recordings(odd_)) {
    const auto j = json::parse(golden("v19/" + file));
    recorded_service one{j.at("name"), json::parse(here(j.at("create").dump())), j.at("connects")};
    one.create["Image"] = images_.at(recorded_image(odd_, one.name));
    // Each service has a key of its own, and a key looks like one.
    const auto key = some_key + std::to_string(100 + services_.size());
    for (auto& variable : one.create["Env"]) {
      if (auto text = variable.get<std::string>(); text.ends_with("SUPERVISOR_API_KEY=<key>"))
        variable = replaced(text, "<key>", key);
    }
    services_.push_back(std::move(one));
  }
}

void v19_device::make() {
  auto& hand = d_.hand();
  auto part = target();
  const auto& networks = only_release(part).at("networks");
  // Those with addresses of their own first: the engine may give these to any other.
  auto all = json::parse(golden("v19/networks.json"));
  std::stable_partition(all.begin(), all.end(), [](const json& n) {
    const auto ipam = n.at("create").value("IPAM", json::object());
    return !ipam.value("Config", json::array()).empty();
  });
  for (const auto& n : all) {
    const auto name = n.at("name").get<std::string>();
    if (n.at("target").is_null() || networks.contains(name))
      must(hand.post("/networks/create", n.at("create")), "making network " + name);
  }
  for (const auto& v : json::parse(golden("v19/volumes.json")))
    must(hand.post("/volumes/create", v.at("create")), "making volume " + v.at("name").dump());
  for (const auto& service : services_)
    make_container(service);
}

void v19_device::make_container(const recorded_service& service) {
  auto& hand = d_.hand();
  auto body = service.create;
  auto& mode = body["HostConfig"]["NetworkMode"];
  if (mode.get<std::string>().starts_with("container:"))
    mode = "container:" + ids_.at("minimal");
  const auto made =
    hand.post("/containers/create?name=" + body.at("name").get<std::string>(), body);
  must(made, "making " + service.name);
  const auto id = made.body.at("Id").get<std::string>();
  ids_[service.name] = id;
  for (const auto& more : service.connects) {
    must(hand.post("/networks/" + more.at("network").get<std::string>() + "/connect",
           {{"Container", id}, {"EndpointConfig", more.at("endpoint")}}),
      "connecting " + service.name);
  }
  auto part = target();
  const auto& wanted = only_release(part).at("services").at(service.name);
  const auto is_kept_stopped = !wanted.value("running", true);
  if (is_kept_stopped || !can_start(body, (d_.folder() / "locks").string())
      || !hand.post("/containers/" + id + "/start").ok())
    stopped_.insert(service.name);
}

fs::path v19_device::database() const {
  return d_.folder() / "state/database.sqlite";
}

void make_v19_database(const fs::path& path, const std::string& rows) {
  write(path, "");
  auto db = sqlite::database::open(path.string());
  const std::string tables =
    "CREATE TABLE image (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name text,"
    " appId integer, appUuid text, serviceId integer, serviceName text, imageId"
    " integer, releaseId integer, \"commit\" text, dockerImageId text);"
    "CREATE TABLE currentCommit (id integer PRIMARY KEY, appId integer UNIQUE,"
    " \"commit\" text);"
    "CREATE TABLE apiSecret (id integer PRIMARY KEY, appId integer, serviceName"
    " text, key text, scopes json, UNIQUE (appId, serviceName));";
  if (auto done = db->execute(tables + rows); !done)
    throw std::runtime_error("making the old database: " + done.error().what);
}

void v19_device::make_database() {
  std::string sql;
  const auto wanted = target();
  const auto app_at = wanted.at("apps").begin();
  const auto& app = app_at.value();
  const auto release_at = app.at("releases").begin();
  const auto& release = release_at.value();
  const auto id = app.at("id").dump();
  for (const auto& [name, s] : release.at("services").items()) {
    const auto image = s.at("image").get<std::string>();
    std::string engine_id;
    for (const auto& [recorded, here] : images_) {
      if (image_here(recorded) == image)
        engine_id = here;
    }
    sql += "INSERT INTO image VALUES (NULL, " + in_sql(image) + ',' + id + ','
           + in_sql(app_at.key()) + ',' + s.at("id").dump() + ',' + in_sql(name) + ','
           + s.at("image_id").dump() + ',' + release.at("id").dump() + ','
           + in_sql(release_at.key()) + ',' + in_sql(engine_id) + ");";
  }
  sql += "INSERT INTO currentCommit VALUES (1, " + id + ',' + in_sql(release_at.key()) + ");";
  sql += "INSERT INTO apiSecret VALUES (1, 0, NULL, " + in_sql(some_key + std::string{"000"})
         + ", '[]');";
  make_v19_database(database(), sql);
}

nlohmann::ordered_json v19_device::target(const std::set<std::string>& without) const {
  auto part = recorded_target(odd_);
  auto& services = only_release(part).at("services");
  for (const auto& name : without)
    services.erase(name);
  for (auto& [name, s] : services.items()) {
    s["image"] = image_here(s.at("image"));
    if (stopped_.contains(name))
      s["running"] = false;
  }
  return part;
}

} // namespace copal::test
