// SPDX-License-Identifier: MIT
#include "textparser.h"

#include "../../tests/core/check.h"
#include "../durablefile.h"
#include "../temporarydirectory.h"
#include "exporter.h"
#include "metrics.h"

#include <SignalBox/SyncRegistry>

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

// The file that the example wrote, read by a parser that shares nothing with its writer; and the exporter while
// somebody reads, and without its folder.

namespace {

std::vector<ParsedMetric> parse(const std::string &text)
{
    try {
        return parsePrometheusText(text);
    } catch (const std::runtime_error &error) {
        std::fprintf(stderr, "%s in\n%s", error.what(), text.c_str());
        return {};
    }
}

double valueOf(const std::vector<ParsedMetric> &metrics, const std::string &name,
               const std::map<std::string, std::string> &labels)
{
    for (const ParsedMetric &metric : metrics) {
        for (const ParsedSample &sample : metric.samples) {
            if (sample.name == name && sample.labels == labels)
                return sample.value;
        }
    }
    return -1;
}

void exampleHasWrittenWhatItCounted(const char *path)
{
    const auto metrics = parse(readFile(path));
    CHECK(metrics.size() == 2);
    for (const char *route : {"/", "/search?q=\"quoted\"", "/share\\folder", "/two\nlines"}) {
        CHECK(valueOf(metrics, "requests_total", {{"route", route}, {"outcome", "answered"}}) == 27000);
        CHECK(valueOf(metrics, "requests_total", {{"route", route}, {"outcome", "failed"}}) == 3000);
    }
    CHECK(metrics[0].samples.size() == 8);
    CHECK(valueOf(metrics, "answer_size_bytes_bucket", {{"le", "256"}}) == 24 * 256);
    CHECK(valueOf(metrics, "answer_size_bytes_bucket", {{"le", "1024"}}) == 24 * 1024);
    CHECK(valueOf(metrics, "answer_size_bytes_bucket", {{"le", "4096"}}) == 24 * 4096);
    CHECK(valueOf(metrics, "answer_size_bytes_count", {}) == 120'000);
    CHECK(valueOf(metrics, "answer_size_bytes_sum", {}) == 24.0 * 5000 * 5001 / 2);
}

void parserRefusesWhatIsWrong()
{
    const std::string counter = "# HELP a_total x\n# TYPE a_total counter\n";
    const std::string histogram = "# HELP h x\n# TYPE h histogram\n";
    CHECK(parsePrometheusText(counter + "a_total{l=\"\\\\\\n\\\"\"} 1\n")[0].samples[0].labels.at("l") == "\\\n\"");
    CHECK(parsePrometheusText(histogram + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3\n").size()
          == 1);

    for (const std::string &wrong : {
                 std::string("\n"),
                 std::string("a_total 1\n"),
                 std::string("# TYPE a_total counter\na_total 1\n"),
                 std::string("# HELP a x\n# TYPE a counter\na 1\n"),
                 std::string("# HELP a_total x\na_total 1\n"),
                 counter,
                 counter + "a_total 1",
                 counter + "a_total 1.5\n",
                 counter + "a_total -1\n",
                 counter + "a_total\n",
                 counter + "b_total 1\n",
                 counter + "a_total 1\na_total 1\n",
                 counter + "a_total 1\n" + counter + "a_total{l=\"1\"} 1\n",
                 counter + "a_total{l=\"\"\"} 1\n",
                 counter + "a_total{l=\"\\x\"} 1\n",
                 counter + "a_total{l=\"\n\"} 1\n",
                 counter + "a_total{1=\"\"} 1\n",
                 counter + "a_total{l=\"\",l=\"\"} 1\n",
                 counter + "a_total{l=\"\" 1\n",
                 histogram + "h_bucket{le=\"2\"} 1\nh_sum 9\nh_count 1\n",
                 histogram + "h_bucket{le=\"2\"} 4\nh_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3\n",
                 histogram
                         + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3\n",
                 histogram + "h_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 4\n",
                 histogram + "h_bucket{le=\"+Inf\"} 3\nh_count 3\n",
                 histogram + "h_bucket 3\nh_sum 9\nh_count 3\n",
         }) {
        bool isRefused = false;
        try {
            parsePrometheusText(wrong);
        } catch (const std::runtime_error &) {
            isRefused = true;
        }
        if (!isRefused)
            std::fprintf(stderr, "accepted:\n%s", wrong.c_str());
        CHECK(isRefused);
    }
}

void everyFileThatAReaderSeesIsWhole()
{
    const TemporaryDirectory directory;
    Metrics metrics;
    SignalBox::SyncRegistry<Served> served;
    served.registerHandler(std::bind_front(&Metrics::count, &metrics));
    Exporter exporter(directory.path() / "metrics.prom", std::chrono::milliseconds(1), [&] { return metrics.text(); });
    CHECK(exporter.flush());

    std::atomic<std::size_t> notified = 0;
    const auto countAll = [&](std::stop_token stop) {
        while (!stop.stop_requested()) {
            served.notify({.route = 0, .hasFailed = false, .bytes = 1});
            ++notified;
        }
    };
    std::jthread first(countAll);
    std::jthread second(countAll);
    // Until the file has been replaced a hundred times under our eyes.
    double last = 0;
    for (int newer = 0; newer < 100;) {
        const auto parsed = parse(readFile(directory.path() / "metrics.prom"));
        CHECK(parsed.size() == 2);
        const double count = valueOf(parsed, "answer_size_bytes_count", {});
        CHECK(count >= last);
        newer += count > last;
        last = count;
    }
    first = {};
    second = {};
    CHECK(exporter.flush());
    const auto parsed = parse(readFile(directory.path() / "metrics.prom"));
    CHECK(valueOf(parsed, "answer_size_bytes_count", {}) == static_cast<double>(notified));
    CHECK(valueOf(parsed, "requests_total", {{"route", "/"}, {"outcome", "answered"}})
          == static_cast<double>(notified));
}

void fileIsReplacedOnlyWhenSomethingWasCounted()
{
    const TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "metrics.prom";
    Metrics metrics;
    Exporter exporter(path, std::chrono::hours(1), [&] { return metrics.text(); });
    CHECK(exporter.flush());
    std::filesystem::create_hard_link(path, directory.path() / "first");
    CHECK(exporter.flush());
    CHECK(std::filesystem::equivalent(path, directory.path() / "first"));
    metrics.count({.route = 1, .hasFailed = true, .bytes = 300});
    CHECK(exporter.flush());
    CHECK(!std::filesystem::equivalent(path, directory.path() / "first"));
}

void whatCouldNotBeWrittenIsInTheNextFile()
{
    const TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path() / "later";
    Metrics metrics;
    Exporter exporter(folder / "metrics.prom", std::chrono::hours(1), [&] { return metrics.text(); });
    metrics.count({.route = 1, .hasFailed = true, .bytes = 300});
    CHECK(!exporter.flush());
    std::filesystem::create_directory(folder);
    CHECK(exporter.flush());
    const auto parsed = parse(readFile(folder / "metrics.prom"));
    CHECK(valueOf(parsed, "answer_size_bytes_bucket", {{"le", "1024"}}) == 1);
}

void endOfTheExporterWritesTheLastCounts()
{
    const TemporaryDirectory directory;
    Metrics metrics;
    {
        const Exporter exporter(directory.path() / "metrics.prom", std::chrono::hours(1),
                                [&] { return metrics.text(); });
        metrics.count({.route = 1, .hasFailed = true, .bytes = 300});
    }
    CHECK(valueOf(parse(readFile(directory.path() / "metrics.prom")), "answer_size_bytes_sum", {}) == 300);
}

} // namespace

int main(int argc, char *argv[])
{
    CHECK(argc == 2);
    std::fprintf(stderr, "RUN  exampleHasWrittenWhatItCounted\n");
    exampleHasWrittenWhatItCounted(argv[1]);
    RUN(parserRefusesWhatIsWrong);
    RUN(everyFileThatAReaderSeesIsWhole);
    RUN(fileIsReplacedOnlyWhenSomethingWasCounted);
    RUN(whatCouldNotBeWrittenIsInTheNextFile);
    RUN(endOfTheExporterWritesTheLastCounts);
}
