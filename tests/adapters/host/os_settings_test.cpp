#include "adapters/host/os_settings.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream{path}.rdbuf();
  return out.str();
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream{path} << text;
}

TEST_SUITE("host") {
  TEST_CASE("config.json: which volume of firmware it names") {
    const struct {
      std::string text;
      std::string named;
    } rows[] = {
      {R"({"os":{"kernel":{"extraFirmwareVol":"extra-firmware"}}})", "extra-firmware"},
      {R"({"os":{"kernel":{"extraFirmwareVol":5}}})", ""},
      {R"({"os":{"kernel":{}}})", ""},
      {R"({"os":{"kernel":"x"}})", ""},
      {R"({"os":null})", ""},
      {"{}", ""},
      {"[]", ""},
      {"{", ""},
    };
    const temp_folder folder;
    const auto path = folder / "config.json";
    CHECK(host::look_at_os_settings(path).firmware_volume.empty());
    for (const auto& row : rows) {
      CAPTURE(row.text);
      write(path, row.text);
      CHECK(host::look_at_os_settings(path).firmware_volume == row.named);
    }
  }

  TEST_CASE("config.json: naming the volume of firmware keeps all else, in its order") {
    const struct {
      std::string before;
      std::string after;
    } rows[] = {
      {"{}", R"({"os":{"kernel":{"extraFirmwareVol":"v"}}})"},
      {"{\n  \"uuid\": \"u\",\n  \"os\": null,\n  \"a\": [1.5, {\"x\": \"\\u00e4\"}]\n}\n",
        R"({"uuid":"u","os":{"kernel":{"extraFirmwareVol":"v"}},"a":[1.5,{"x":"ä"}]})"},
      {R"({"os":{"power":{"mode":"low"},"kernel":{"extraFirmwareVol":"old","b":1},"c":{}},"d":1})",
        R"({"os":{"power":{"mode":"low"},"kernel":{"extraFirmwareVol":"v","b":1},"c":{}},"d":1})"},
    };
    const temp_folder folder;
    const auto path = folder / "config.json";
    for (const auto& row : rows) {
      CAPTURE(row.before);
      write(path, row.before);
      const auto done = host::name_firmware_volume({path}, "v");
      REQUIRE(done);
      CHECK(done->firmware_volume == "v");
      CHECK(text_of(path) == row.after + "\n");
    }
  }

  TEST_CASE("config.json: one that names the volume already is not written") {
    const temp_folder folder;
    const auto path = folder / "config.json";
    const std::string text = R"({ "os": {"kernel": {"extraFirmwareVol": "v"}} })";
    write(path, text);
    REQUIRE(host::name_firmware_volume({path}, "v"));
    CHECK(text_of(path) == text);
  }

  TEST_CASE("config.json: what cannot take the volume is named, and stays as it is") {
    const struct {
      std::string text;
      errc code;
      std::string what;
    } rows[] = {
      {R"({"os":"canary"})", errc::invalid_input, "key 'os': expected an object, found text"},
      {R"({"os":{"kernel":["canary"]}})",
        errc::invalid_input,
        "key 'os.kernel': expected an object, found a list"},
      {"[]", errc::invalid_input, "expected an object at the top"},
      {"{\"canary\":", errc::invalid_input, "line 1, column "},
      {std::string(std::size_t{1} << 21U, ' '), errc::exhausted, "expected at most"},
    };
    const temp_folder folder;
    const auto path = folder / "config.json";
    for (const auto& row : rows) {
      CAPTURE(row.what);
      write(path, row.text);
      const auto done = host::name_firmware_volume({path}, "v");
      REQUIRE_FALSE(done);
      CHECK(done.error().code == row.code);
      CHECK(done.error().what.find(path.string() + ": ") == 0);
      CHECK(done.error().what.find(row.what) != std::string::npos);
      CHECK(done.error().what.find("canary") == std::string::npos);
      CHECK(text_of(path) == row.text);
    }
    const auto missing = host::name_firmware_volume({folder / "none.json"}, "v");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::not_found);
    CHECK_FALSE(fs::exists(folder / "none.json"));
  }

  TEST_CASE("config.json: where it is a link, the file that it leads to is changed") {
    const temp_folder folder;
    fs::create_directory(folder / "boot");
    write(folder / "boot" / "config.json", "{}");
    fs::create_symlink("boot/config.json", folder / "config.json");
    REQUIRE(host::name_firmware_volume({folder / "config.json"}, "v"));
    CHECK(fs::is_symlink(folder / "config.json"));
    CHECK(text_of(folder / "boot" / "config.json").find("\"v\"") != std::string::npos);
  }

  TEST_CASE("config.json: owner and mode stay, and nothing is left beside it") {
    const temp_folder folder;
    const auto path = folder / "config.json";
    write(path, "{}");
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    if (::geteuid() == 0)
      REQUIRE(::chown(path.c_str(), 1000, 1001) == 0);
    REQUIRE(host::name_firmware_volume({path, folder / "copy"}, "v"));
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0640);
    if (::geteuid() == 0) {
      CHECK(facts.st_uid == 1000);
      CHECK(facts.st_gid == 1001);
    }
    CHECK(std::distance(fs::directory_iterator{folder.path()}, {}) == 1);
  }

  TEST_CASE("config.json: where the copy cannot be written the file stays as it is") {
    const temp_folder folder;
    const auto path = folder / "config.json";
    write(path, "{}");
    const auto done = host::name_firmware_volume({path, folder / "none" / "copy"}, "v");
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::not_found);
    CHECK(text_of(path) == "{}");
  }

  TEST_CASE("config.json: where it cannot be written no copy of it is left") {
    const temp_folder folder;
    fs::create_directory(folder / "boot");
    const auto path = folder / "boot" / "config.json";
    write(path, "{}");
    fs::create_directory(folder / "boot" / "config.json.new"); // in the way, whoever asks
    const auto done = host::name_firmware_volume({path, folder / "copy"}, "v");
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::unavailable);
    CHECK(text_of(path) == "{}");
    CHECK_FALSE(fs::exists(folder / "copy"));
  }

  TEST_CASE("config.json: what a power cut left beside it is no hindrance") {
    const temp_folder folder;
    const auto path = folder / "config.json";
    write(path, "{}");
    write(folder / "config.json.new", "{\"os\":");
    REQUIRE(host::name_firmware_volume({path}, "v"));
    CHECK(host::look_at_os_settings(path).firmware_volume == "v");
    CHECK_FALSE(fs::exists(folder / "config.json.new"));
  }
}

} // namespace
} // namespace copal::test
