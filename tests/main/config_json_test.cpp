#include "main/config_json.hpp"

#include "adapters/files/files.hpp"
#include "adapters/json/json.hpp"
#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

namespace copal {
namespace {

const std::string made = "0123456789abcdef0123456789abcdef";

std::string make() {
  return made;
}

result<device_config> open(const std::filesystem::path& path, bool may_make) {
  return open_device_config({path}, may_make, make, [](const std::string&) {});
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path} << text;
}

TEST_SUITE("config.json") {
  TEST_CASE("config.json: what a wrong one says") {
    const struct {
      std::string text;
      std::string expected;
    } rows[] = {
      {"[]", "expected an object at the top"},
      {R"({"uuid":5})", "key 'uuid' with value 5: expected a text"},
      {R"({"uuid":"XYZ"})", "expected 32 or 62 hex digits"},
      {R"({"apiEndpoint":true})", "key 'apiEndpoint' with value true: expected a text"},
      {R"({"listenPort":"many"})", "key 'listenPort' with value \"many\": expected a number"},
      {R"({"listenPort":0})", "expected a port, 1 to 65535"},
      {R"({"listenPort":65536})", "expected a port, 1 to 65535"},
      {R"({"deviceApiKey":{"a":"canary"}})", "key 'deviceApiKey': expected a text"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      const auto out = read_device_config(*json::parse(row.text));
      REQUIRE_FALSE(out);
      CHECK(out.error().code == errc::invalid_input);
      CHECK(out.error().what.find(row.expected) != std::string::npos);
      CHECK(out.error().what.find("canary") == std::string::npos);
    }
  }

  TEST_CASE("config.json: numbers may be texts, null is as good as missing") {
    const auto out = read_device_config(
      *json::parse(R"({"listenPort":"80","apiEndpoint":null,"deviceApiKey":"k","uuid":null})"));
    REQUIRE(out);
    CHECK(out->listen_port == 80);
    CHECK(out->api_endpoint.empty());
    CHECK(out->device_api_key == secret{"k"});
    CHECK(out->uuid.empty());
  }

  TEST_CASE("config.json: a device without a uuid gets one, and keeps it and all other keys") {
    const test::temp_folder folder;
    const auto path = folder / "config.json";
    write(path, R"({"os":{"power":{"mode":"low"}},"listenPort":81})");
    const auto first = open(path, false);
    REQUIRE(first);
    CHECK(first->uuid.value == made);
    const auto kept = json::parse(*files::read(path, 1000));
    CHECK(*kept->find("os")->find("power")->find("mode") == value{"low"});
    CHECK(*kept->find("uuid") == value{made});
    const auto second = open_device_config(
      {path}, false, [] { return std::string(32, 'f'); }, [](const std::string&) {});
    CHECK(second->uuid.value == made);
    CHECK(second->listen_port == 81);
  }

  TEST_CASE("config.json: a missing one is made only where no OS brings it") {
    const test::temp_folder folder;
    const auto path = folder / "config.json";
    CHECK(open(path, false).error().code == errc::not_found);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(open(path, true)->uuid.value == made);
    CHECK(std::filesystem::exists(path));
  }

  TEST_CASE("config.json: a path that cannot be looked at is an error") {
    const test::temp_folder folder;
    const auto out = open(folder / std::string(300, 'x'), true);
    REQUIRE_FALSE(out);
    CHECK(out.error().code == errc::unavailable);
  }

  TEST_CASE("config.json: a link that leads nowhere is not replaced by a new identity") {
    const test::temp_folder folder;
    const auto path = folder / "config.json";
    std::filesystem::create_symlink(folder / "boot" / "config.json", path);
    CHECK(open(path, true).error().code == errc::not_found);
    CHECK(std::filesystem::is_symlink(path));
  }

  TEST_CASE("config.json: what a power cut broke off is ended, and told") {
    const test::temp_folder folder;
    const auto path = folder / "config.json";
    const auto copy = folder / "copy";
    std::vector<std::string> told;
    const auto open_with_copy = [&] {
      return open_device_config(
        {path, copy}, true, make, [&told](const std::string& what) { told.push_back(what); });
    };
    const std::string whole = R"({"uuid":")" + std::string(32, 'a') + R"(","listenPort":81})";
    write(path, "");
    write(copy, whole);
    CHECK(open_with_copy()->uuid.value == std::string(32, 'a'));
    REQUIRE(told.size() == 1);
    CHECK(told[0].find(path.string()) == 0);
    CHECK(*files::read(path, 1000) == whole + '\n');
    CHECK(std::filesystem::exists(copy)); // until the file was found in its place
    CHECK(open_with_copy());
    CHECK_FALSE(std::filesystem::exists(copy));
    CHECK(told.size() == 1);
    // Lost, with a copy that is not whole: a new one.
    std::filesystem::remove(path);
    write(copy, whole.substr(0, 20));
    CHECK(open_with_copy()->uuid.value == made);
    CHECK_FALSE(std::filesystem::exists(copy));
    // The file is whole: it counts.
    write(copy, whole);
    CHECK(open_with_copy()->uuid.value == made);
    CHECK_FALSE(std::filesystem::exists(copy));
    // What is no file, or too large, is not replaced by a copy.
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    write(copy, whole);
    CHECK(open_with_copy().error().code == errc::unavailable);
    CHECK(std::filesystem::exists(copy));
    CHECK(told.size() == 1);
  }

  TEST_CASE("config.json: the copy takes the place of what a link leads to") {
    const test::temp_folder folder;
    std::filesystem::create_directory(folder / "boot");
    const auto path = folder / "config.json";
    std::filesystem::create_symlink("boot/config.json", path);
    write(folder / "copy", R"({"uuid":")" + std::string(32, 'a') + "\"}");
    const auto out =
      open_device_config({path, folder / "copy"}, true, make, [](const std::string&) {});
    REQUIRE(out);
    CHECK(out->uuid.value == std::string(32, 'a'));
    CHECK(std::filesystem::is_symlink(path));
    CHECK(std::filesystem::is_regular_file(folder / "boot" / "config.json"));
  }

  TEST_CASE("config.json: a broken one is named with its line and left as it is") {
    const test::temp_folder folder;
    const auto path = folder / "config.json";
    write(path, "{\n \"uuid\": \n");
    const auto out = open(path, true);
    REQUIRE_FALSE(out);
    CHECK(out.error().what.find(path.string() + ": line 2, column 10") == 0);
    CHECK(*files::read(path, 1000) == "{\n \"uuid\": \n");
  }

  TEST_CASE("config.json: the random uuid is a version 4 UUID without dashes, each time another") {
    const auto a = random_uuid();
    CHECK(a.size() == 32);
    CHECK(a.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(a[12] == '4');
    CHECK(std::string{"89ab"}.find(a[16]) != std::string::npos);
    CHECK(a != random_uuid());
  }
}

TEST_SUITE("files") {
  TEST_CASE("files: a folder has one claim at a time, and the second is told whose it is") {
    const test::temp_folder folder;
    {
      const auto first = files::claim_folder(folder.path());
      REQUIRE(first);
      const auto second = files::claim_folder(folder.path());
      REQUIRE_FALSE(second);
      CHECK(second.error().code == errc::conflict);
      CHECK(second.error().what
            == folder.path().string() + " is used by another Copal, process "
                 + std::to_string(::getpid()));
    }
    CHECK(files::claim_folder(folder.path()));
  }

  TEST_CASE("files: what is no regular file, or too large, is not read") {
    const test::temp_folder folder;
    CHECK(files::read(folder.path(), 10).error().code == errc::unavailable);
    write(folder / "big", "12345678901");
    CHECK(files::read(folder / "big", 10).error().code == errc::exhausted);
    CHECK(*files::read(folder / "big", 11) == "12345678901");
    CHECK(files::read(folder / "none", 10).error().code == errc::not_found);
  }
}

} // namespace
} // namespace copal
