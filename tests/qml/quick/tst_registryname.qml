// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var seen: []

    name: "RegistryName"

    function init() {
        seen = [];
    }

    Component {
        id: registries

        QmlRegistry {
        }
    }

    Component {
        id: elements

        RegistryHandler {
            handler: event => testCase.seen.push(event)
        }
    }

    Component {
        id: inside

        QmlRegistry {
            property alias element: element

            name: "implied"

            RegistryHandler {
                id: element

                handler: event => testCase.seen.push("named " + event)
                registryName: "other"
            }
        }
    }

    Fixture {
        id: fixture
    }

    function makeRegistry(name: string): QmlRegistry {
        return registries.createObject(testCase, { name: name }) as QmlRegistry;
    }

    function makeElement(properties: var): RegistryHandler {
        return createTemporaryObject(elements, testCase, properties) as RegistryHandler;
    }

    function end(registry: QtObject) {
        registry.destroy();
        wait(0);
    }

    function test_registryMayComeLaterGoAndComeAgain() {
        failOnWarning(/./);
        const element = makeElement({ registryName: "later" });
        verify(!element.active);
        compare(element.registry, null);
        for (const event of [1, 2]) {
            const registry = makeRegistry("later");
            compare(element.registry, registry);
            verify(element.active);
            compare(registry.handlerCount, 1);
            registry.post(event);
            end(registry);
            compare(element.registry, null);
            verify(!element.active);
        }
        compare(seen, [1, 2]);
    }

    function test_registryThatIsThereIsTakenAtOnce() {
        const registry = makeRegistry("there");
        const element = makeElement({ registryName: "there" });
        verify(element.active);
        registry.post(1);
        compare(seen, [1]);
        end(registry);
    }

    function test_nameThatHasNotComeIsAWarningAtTheElementsEnd() {
        failOnWarning(/./);
        const element = elements.createObject(testCase, { registryName: "never" }) as RegistryHandler;
        end(makeRegistry("another"));
        verify(!element.active);
        compare(element.registry, null);
        compare(element.registryName, "never");
        ignoreWarning(/tst_registryname.qml:28:9: .*registryName: no registry named "never" has come: nothing was handled$/);
        end(element);
    }

    function test_nameThatHasComeIsNoWarning() {
        failOnWarning(/./);
        const element = elements.createObject(testCase, { registryName: "come" }) as RegistryHandler;
        end(makeRegistry("come"));
        end(element);
    }

    function test_ofSeveralItIsTheOldest() {
        const first = makeRegistry("several");
        const second = makeRegistry("several");
        const element = makeElement({ registryName: "several" });
        compare(element.registry, first);
        const third = makeRegistry("several");
        compare(element.registry, first);
        end(first);
        compare(element.registry, second);
        compare(second.handlerCount, 1);
        compare(third.handlerCount, 0);
        third.post(3);
        second.post(2);
        compare(seen, [2]);
        end(second);
        compare(element.registry, third);
        end(third);
    }

    function test_registryThatIsRenamedComesAndGoes() {
        const registry = makeRegistry("before");
        const early = makeElement({ registryName: "before" });
        const late = makeElement({ registryName: "after" });
        registry.name = "after";
        verify(!early.active);
        verify(late.active);
        registry.name = "";
        verify(!late.active);
        compare(registry.handlerCount, 0);
        end(registry);
    }

    function test_nameMayChange() {
        const first = makeRegistry("first");
        const second = makeRegistry("second");
        const element = makeElement({ registryName: "first" });
        element.registryName = "second";
        compare(element.registry, second);
        compare(first.handlerCount, 0);
        element.registryName = "";
        compare(element.registry, null);
        compare(second.handlerCount, 0);
        end(first);
        end(second);
    }

    function test_registryOfCppIsFollowedToo() {
        const element = makeElement({ registryName: "cpp" });
        fixture.registry.name = "cpp";
        compare(element.registry, fixture.registry);
        fixture.post(5);
        compare(seen[0].value, 5);
        fixture.registry.name = "";
        compare(fixture.registry.handlerCount, 0);
    }

    function test_nameWinsAgainstTheRegistryAround() {
        const around = createTemporaryObject(inside, testCase);
        const other = makeRegistry("other");
        around.post(1);
        other.post(2);
        compare(seen, ["named 2"]);
        end(other);
        compare(around.element.registry, null);
    }

    function test_nameBesideARegistryIsAWarning() {
        const registry = makeRegistry("beside");
        ignoreWarning(/tst_registryname.qml:28:9: .*registryName: expected none beside registry: nothing is handled until it is right$/);
        const element = makeElement({ registryName: "beside", registry: registry });
        verify(!element.active);
        element.registryName = "";
        verify(element.active);
        end(registry);
    }

    function test_elementThatHasEndedFollowsNothing() {
        const element = elements.createObject(testCase, { registryName: "ended" }) as RegistryHandler;
        end(element);
        const registry = makeRegistry("ended");
        compare(registry.handlerCount, 0);
        end(registry);
    }

    function test_elementsMayComeAndGoAsTheRegistryDoes() {
        const first = makeElement({ registryName: "chain" });
        let late = null;
        first.registryChanged.connect(() => {
            if (first.registry && !late)
                late = makeElement({ registryName: "chain" });
        });
        const registry = makeRegistry("chain");
        verify(late.active);
        compare(registry.handlerCount, 2);
        end(registry);
        verify(!late.active);
    }
}
